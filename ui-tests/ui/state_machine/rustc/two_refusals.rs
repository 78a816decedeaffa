//~ whoever sends a command knows one refusal
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
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, String> {
        Ok(OrderPlaced)
    }

    #[transition(Placed -> Cancelled)]
    fn cancel(&self, _: CancelOrder) -> Result<OrderCancelled, u32> {
        Ok(OrderCancelled)
    }
}

fn main() {}
