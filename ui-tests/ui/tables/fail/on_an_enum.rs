//~ an enum has no tables
use cim_runtime::prelude::*;

#[derive(Tables)]
pub enum OrderBook {
    Orders(Table<String, u64>),
}

fn main() {}
