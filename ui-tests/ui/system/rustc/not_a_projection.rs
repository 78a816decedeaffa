//~ it has no `#[projection] impl`
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[system(aggregates(), projections(OrderBook))]
pub struct Shop;

fn main() {}
