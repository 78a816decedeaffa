//~ two builds of a program would make different rows
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    #[cfg(test)]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
