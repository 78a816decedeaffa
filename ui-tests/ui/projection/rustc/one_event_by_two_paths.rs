//~ which method makes the rows?
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

pub mod events {
    pub use super::OrderPlaced;
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[on]
    fn count(&mut self, _: &Recorded<events::OrderPlaced>) {}
}

fn main() {}
