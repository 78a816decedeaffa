//~ a letter is a text
use cim_runtime::prelude::*;

type Letter = char;

#[event(Order, unread)]
pub struct OrderPlaced {
    pub field: Letter,
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
