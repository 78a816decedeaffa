//~ rustc shows both
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

#[state_machine(initial Draft, Placed, terminal Cancelled)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
    #[transition(Placed -> Cancelled)]
    fn place(&self, _: CancelOrder) -> OrderCancelled {
        OrderCancelled
    }
}

fn main() {}
