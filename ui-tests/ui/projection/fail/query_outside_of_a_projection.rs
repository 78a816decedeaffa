//~ the impl has no `#[projection]`
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[value]
pub struct OrderOf;

impl OrderBook {
    #[query]
    pub fn order(&self, _: OrderOf) -> Option<u64> {
        None
    }
}

fn main() {}
