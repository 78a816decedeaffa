//~ `OrderCancelled` would happen in a terminal state
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

#[event(Order)]
pub struct OrderCancelled;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed on OrderPlaced)]
    fn place(&self, _: PlaceOrder) -> (OrderPlaced, OrderCancelled) {
        (OrderPlaced, OrderCancelled)
    }
}

fn main() {}
