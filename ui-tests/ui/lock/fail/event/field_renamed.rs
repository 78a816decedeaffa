//~ the lines are called items now
//# Order OrderPlaced 1 {by: text, lines: [text]}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub by: Actor,
    pub items: Vec<String>,
}
