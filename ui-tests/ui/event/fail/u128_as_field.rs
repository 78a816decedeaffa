//~ DAG-CBOR ends at 64 bits
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub count: Option<u128>,
}

fn main() {}
