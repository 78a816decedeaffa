//~ what makes up for a refusal brings the event about again
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

    #[transition(Placed)]
    fn cancel(&self, _: CancelOrder) -> OrderPlaced {
        OrderPlaced
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
    fn not_paid(&self, refused: &Refused<PayOrder>) -> To<CancelOrder> {
        CancelOrder.to(refused.id())
    }
}

#[system(aggregates(Order), policies(Payments))]
pub struct Shop;

fn main() {}
