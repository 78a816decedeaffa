//~ the quantity was a u32
//# Order OrderPlaced 1 {quantity: u32}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub quantity: u64,
}
