//~ which type is it?
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[value]
pub struct OrderOf;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[query]
    fn orders(&self, _: OrderOf) -> impl Iterator<Item = u64> {
        std::iter::empty()
    }
}

fn main() {}
