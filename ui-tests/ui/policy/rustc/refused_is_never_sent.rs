//~ a command that somebody else sends
use cim_runtime::policy::Refused;
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

#[command(Order)]
pub struct CancelOrder;

#[event(Order)]
pub struct OrderPlaced;

#[event(Order)]
pub struct OrderPaid;

#[event(Order)]
pub struct OrderCancelled;

#[state_machine(initial Draft, Placed, terminal Paid, terminal Cancelled)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Placed -> Paid)]
    fn pay(&self, _: PayOrder) -> OrderPaid {
        OrderPaid
    }

    #[transition(Placed -> Cancelled)]
    fn cancel(&self, _: CancelOrder) -> OrderCancelled {
        OrderCancelled
    }
}

#[derive(Tables)]
pub struct Payments;

#[policy]
impl Payments {
    #[on]
    fn placed(&self, event: &Recorded<OrderPlaced>) -> To<PayOrder> {
        PayOrder.to(event.id())
    }

    #[refused]
    fn not_cancelled(&self, _: &Refused<CancelOrder>) {}
}

fn main() {}
