//~ a line had no note
//# Order OrderPlaced 1 {by: text, lines: [{sku: text}]}
use cim_runtime::prelude::*;

pub struct Order;

#[value]
pub struct Line {
    pub sku: String,
    pub note: Option<String>,
}

#[event(Order)]
pub struct OrderPlaced {
    pub by: Actor,
    pub lines: Vec<Line>,
}
