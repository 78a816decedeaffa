//~ an event without what is known of it
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[command(Order)]
pub struct PayOrder;

#[event(Order)]
pub struct OrderPlaced;

#[event(Order)]
pub struct OrderPaid;

#[state_machine(initial Draft, Placed, terminal Paid)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Placed -> Paid)]
    fn pay(&self, _: PayOrder) -> OrderPaid {
        OrderPaid
    }
}

#[policy]
pub fn pay_at_once(event: &OrderPlaced) -> To<PayOrder> {
    PayOrder.to(event.id())
}

fn main() {}
