//~ DAG-CBOR's keys are texts
use cim_runtime::prelude::*;
use std::collections::BTreeMap;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub lines: BTreeMap<u32, String>,
}

fn main() {}
