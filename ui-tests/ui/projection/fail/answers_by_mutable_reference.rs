//~ only events change rows
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[value]
pub struct OrderOf;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[query]
    fn order(&mut self, _: OrderOf) -> Option<u64> {
        None
    }
}

fn main() {}
