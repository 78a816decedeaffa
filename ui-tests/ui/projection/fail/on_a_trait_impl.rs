//~ an own impl, and no trait's
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

pub trait Book {
    fn placed(&mut self, event: &Recorded<OrderPlaced>);
}

#[projection]
impl Book for OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
