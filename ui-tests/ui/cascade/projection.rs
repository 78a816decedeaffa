//~ a projection that did not compile still answers
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
    orders: Table<String, u64>,
}

#[value]
pub struct OrderOf;

#[projection]
impl OrderBook {
    #[on]
    fn placed(&self, _: &Recorded<OrderPlaced>) {}

    #[query]
    fn order(&self, _: OrderOf) -> Option<u64> {
        None
    }
}

#[system(aggregates(Order), projections(OrderBook))]
pub struct Shop;

pub async fn ask(shop: &Handle<Shop>) -> Result<Option<u64>, Error> {
    shop.projection::<OrderBook>()?.pause();
    shop.ask(OrderOf).await
}

fn main() {}
