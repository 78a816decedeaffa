//~ what would be asked?
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[query]
    fn all_orders(&self) -> Option<u64> {
        None
    }
}

fn main() {}
