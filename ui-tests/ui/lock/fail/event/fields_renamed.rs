//~ of two new fields, one has nearly the name of one that is gone
//# Order OrderPlaced 1 {line: [text], buyer: text}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub customer: Actor,
    pub lines: Vec<String>,
}
