//~ which of the two events leads to `Placed`?
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

#[state_machine(initial Draft, terminal Placed, terminal Cancelled)]
impl Order {
    #[transition(Draft -> Placed)]
    fn end(&self, _: PlaceOrder) -> OneOf<OrderPlaced, OrderCancelled> {
        one_of(OrderPlaced)
    }
}

fn main() {}
