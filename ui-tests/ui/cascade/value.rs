//~ a value that did not compile still stands in events
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[value(key = "sku")]
pub struct Line {
    pub sku: String,
}

#[event(Order, unread)]
pub struct OrderPlaced {
    pub lines: Vec<Line>,
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced { lines: vec![] }
    }
}

fn main() {}
