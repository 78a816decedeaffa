//~ `#[value]` makes it one
use cim_runtime::prelude::*;

pub struct Line;

#[command(Order)]
pub struct PlaceOrder {
    pub line: Line,
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order;

#[event(Order)]
pub struct OrderPlaced;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
