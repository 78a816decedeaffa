//~ an answer without an encoding
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

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<OrderId, u64>,
}

#[value]
pub struct OrderOf;

/// A row as it is shown.
pub struct Shown;

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[query]
    fn order(&self, _: OrderOf) -> Option<Shown> {
        None
    }
}

#[system(aggregates(Order), projections(OrderBook))]
pub struct Shop;

pub async fn ask(shop: &Handle<Shop>) -> Result<Option<Shown>, Error> {
    shop.ask(OrderOf).await
}

fn main() {}
