//~ a time is a timestamp
use cim_runtime::prelude::*;

#[event(Order, unread)]
pub struct OrderPlaced {
    pub field: Option<std::time::SystemTime>,
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
