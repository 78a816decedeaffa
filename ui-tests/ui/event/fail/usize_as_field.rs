//~ its size depends on the machine
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub count: Option<usize>,
}

fn main() {}
