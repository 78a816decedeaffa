//~ `#[value]` makes it one
use cim_runtime::prelude::*;

pub struct Order;

pub struct Line;

#[event(Order)]
pub struct OrderPlaced {
    pub lines: Vec<Line>,
}

fn main() {}
