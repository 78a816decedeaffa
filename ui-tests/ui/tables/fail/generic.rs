//~ whose rows would they be?
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook<K> {
    orders: Table<K, u64>,
}

fn main() {}
