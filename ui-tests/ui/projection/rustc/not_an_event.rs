//~ a value was never stored by itself
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[value]
pub struct Line {}

#[projection]
impl OrderBook {
    #[on]
    fn added(&mut self, _: &Recorded<Line>) {}
}

fn main() {}
