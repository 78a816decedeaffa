//~ of an impl with a mistake a system can still be made
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

#[derive(Tables)]
pub struct Payments {
    placed: Table<OrderId, u64>,
}

#[policy(refused = drop)]
impl Payments {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) -> To<PayOrder> {
        self.placed.insert(&event.id(), 1);
        PayOrder.to(event.id())
    }
}

#[system(aggregates(Order), policies(Payments))]
pub struct Shop;

fn main() {}
