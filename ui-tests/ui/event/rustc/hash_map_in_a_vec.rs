//~ equal maps would have different bytes
use cim_runtime::prelude::*;
use std::collections::HashMap;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub lines: Vec<HashMap<String, u32>>,
}

fn main() {}
