//~ rows depend on the events alone
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>, _: Timestamp) {}
}

fn main() {}
