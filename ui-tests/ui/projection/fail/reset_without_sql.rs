//~ tables of the framework make themselves
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[reset]
    fn empty(&mut self) {}

    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
