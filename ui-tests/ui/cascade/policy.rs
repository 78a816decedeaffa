//~ of a policy with a mistake a system can still be made
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
pub async fn pay_at_once(event: &Recorded<OrderPlaced>, _mailer: String) -> To<PayOrder> {
    PayOrder.to(event.id())
}

#[system(aggregates(Order), policies(pay_at_once))]
pub struct Shop;

pub async fn started(shop: &Handle<Shop>) -> bool {
    shop.start().await.is_ok()
}

fn main() {}
