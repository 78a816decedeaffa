//~ what is sent has one shape
use cim_runtime::prelude::*;

pub struct Order;

#[command(Order)]
pub struct PlaceOrder<T> {
    pub lines: Vec<T>,
}

fn main() {}
