//~ an id that did not compile is still an id
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId {
    id: String,
}

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[event(Order, unread)]
pub struct OrderPlaced {
    pub also: Vec<OrderId>,
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced { also: vec![] }
    }
}

pub fn read(text: &str) -> Option<OrderId> {
    text.parse().ok()
}

fn main() {}
