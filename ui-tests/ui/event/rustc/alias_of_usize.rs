//~ its size depends on the machine
use cim_runtime::prelude::*;

pub type Count = usize;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub count: Count,
}

fn main() {}
