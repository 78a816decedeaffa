//~ there is no such crate
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, crate = framework)]
pub struct OrderPlaced {
    pub lines: u32,
}

fn main() {}
