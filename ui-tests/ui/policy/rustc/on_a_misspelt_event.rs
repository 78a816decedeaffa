//~ rustc knows what was meant
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
pub struct Reminders {
    seen: Table<OrderId, Timestamp>,
}

#[policy]
impl Reminders {
    #[on(OrderPlaced, OrderPayed)]
    fn seen(&mut self, event: &Recorded<AnyOf<Order>>) {
        self.seen.insert(&event.id(), event.at);
    }
}

fn main() {}
