//~ keys, events and questions
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection(name = order, versoin = 2)]
impl OrderBook {
    #[on]
    async fn placed(&self, _: &OrderPlaced, _: u64) {}

    #[query]
    fn order(&mut self, _: &OrderPlaced) {}
}

#[system(aggregates(), projections(OrderBook, OrderBook), policies)]
pub struct Shop;

fn main() {}
