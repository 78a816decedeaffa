//~ what is stored has one shape
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced<T> {
    pub lines: Vec<T>,
}

fn main() {}
