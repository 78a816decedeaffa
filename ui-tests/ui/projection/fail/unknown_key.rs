//~ `version` is meant
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection(versoin = 2)]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
