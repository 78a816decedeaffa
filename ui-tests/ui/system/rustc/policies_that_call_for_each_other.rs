//~ two policies that would go on for ever; a third has no part in it
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

#[state_machine(initial Draft, Placed)]
impl Order {
    #[transition(Draft | Placed -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Placed)]
    fn pay(&self, _: PayOrder) -> OrderPaid {
        OrderPaid
    }
}

#[policy]
pub fn count(event: &Recorded<OrderPaid>) -> Cancel<PayOrder> {
    PayOrder::cancel(event.id())
}

#[policy]
pub fn pay(event: &Recorded<OrderPlaced>) -> To<PayOrder> {
    PayOrder.to(event.id())
}

#[policy]
pub fn place_again(event: &Recorded<OrderPaid>) -> Option<To<PlaceOrder>> {
    Some(PlaceOrder.to(event.id()))
}

#[system(aggregates(Order), policies(count, pay, place_again))]
pub struct Shop;

fn main() {}
