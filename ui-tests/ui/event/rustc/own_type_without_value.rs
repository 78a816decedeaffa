//~ `#[value]` makes it one
use cim_runtime::prelude::*;

pub struct Line;

#[event(Order, unread)]
pub struct OrderPlaced {
    pub lines: Vec<Line>,
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order;

#[command(Order)]
pub struct PlaceOrder;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> Option<OrderPlaced> {
        None
    }
}

fn main() {}
