//~ equal sets would have different bytes
use cim_runtime::prelude::*;
use std::collections::HashSet;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub lines: HashSet<String>,
}

fn main() {}
