//~ a row is encoded
use cim_runtime::prelude::*;

#[derive(Clone)]
pub struct Summary;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, Summary>,
}

fn main() {}
