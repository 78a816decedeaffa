//~ one number would have two encodings
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub count: Option<f32>,
}

fn main() {}
