//~ rows change in their place
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
