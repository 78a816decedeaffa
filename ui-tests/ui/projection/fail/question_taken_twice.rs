//~ which answer is it?
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
    fn order(&self, _: OrderOf) -> Option<u64> {
        None
    }

    #[query]
    fn count(&self, _: OrderOf) -> u64 {
        0
    }
}

fn main() {}
