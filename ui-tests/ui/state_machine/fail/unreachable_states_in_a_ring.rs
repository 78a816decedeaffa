//~ two states lead to each other, and nobody to them
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[event(Order)]
pub struct OrderPlaced;

#[command(Order)]
pub struct CancelOrder;

#[event(Order)]
pub struct OrderCancelled;

#[state_machine(initial Draft, terminal Placed, Lost, Found)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Lost -> Found on OrderCancelled)]
    #[transition(Found -> Lost on OrderCancelled)]
    fn cancel(&self, _: CancelOrder) -> OrderCancelled {
        OrderCancelled
    }
}

fn main() {}
