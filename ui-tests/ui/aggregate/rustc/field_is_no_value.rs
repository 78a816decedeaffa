//~ a snapshot holds every field
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[derive(Default)]
pub struct Line;

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {
    lines: Vec<Line>,
}

#[command(Order)]
pub struct PlaceOrder;

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
