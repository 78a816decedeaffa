//~ the worker would have to know why it may
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    unsafe fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
