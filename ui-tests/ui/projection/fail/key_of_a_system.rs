//~ aggregates are named by the system
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection(aggregates = 2)]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
