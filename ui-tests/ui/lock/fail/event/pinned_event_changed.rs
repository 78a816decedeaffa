//~ the renamed event has another field, too
//# Order OrderPlaced 1 {quantity: u32}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, name = "OrderPlaced")]
pub struct OrderSubmitted {
    pub quantity: u64,
}
