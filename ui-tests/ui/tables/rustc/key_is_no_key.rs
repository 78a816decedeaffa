//~ floats have no order
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook {
    prices: Table<f64, u64>,
}

fn main() {}
