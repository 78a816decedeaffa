//~ it takes an event, or a question
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    #[query]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
