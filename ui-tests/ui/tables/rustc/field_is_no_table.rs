//~ a map is not kept
use cim_runtime::prelude::*;

use std::collections::BTreeMap;

#[derive(Tables)]
pub struct OrderBook {
    orders: BTreeMap<String, u64>,
}

fn main() {}
