//~ the impl has no `#[projection]`
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

impl OrderBook {
    #[reset]
    pub fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
