//~ the note is new
//# Order OrderPlaced 1 {quantity: u32}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub quantity: u32,
    pub note: Option<String>,
}
