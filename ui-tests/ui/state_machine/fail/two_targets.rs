//~ replay sees the state and the event only
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

#[state_machine(initial Draft, terminal Placed, terminal Cancelled)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
    #[transition(Draft -> Cancelled)]
    fn cancel(&self, _: CancelOrder) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
