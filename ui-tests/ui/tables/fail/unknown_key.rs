//~ there is only `crate`
use cim_runtime::prelude::*;

#[derive(Tables)]
#[tables(name = "book")]
pub struct OrderBook {
    orders: Table<String, u64>,
}

fn main() {}
