//~ which event is it?
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed<E>(&mut self, _: &Recorded<E>) {}
}

fn main() {}
