//~ a number says its unit by its name
use cim_runtime::prelude::*;

#[event(Order, unread)]
pub struct OrderPlaced {
    pub field: std::time::Duration,
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        todo!()
    }
}

fn main() {}
