//~ an instant means nothing on another machine
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub at: std::time::Instant,
}

fn main() {}
