//~ there are no rows when a program is compiled
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    const fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
