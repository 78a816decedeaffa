//~ the methods stand in an `impl`
use cim_runtime::prelude::*;

#[projection]
#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[system(aggregates(), projections(OrderBook))]
pub struct Shop;

fn main() {}
