//~ no method takes it
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

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

pub struct OrderOf;

#[system(aggregates(Order))]
pub struct Shop;

pub async fn ask(shop: &Handle<Shop>) {
    let _ = shop.ask(OrderOf).await;
}

fn main() {}
