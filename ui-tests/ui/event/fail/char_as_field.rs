//~ a text has one encoding
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub count: Option<char>,
}

fn main() {}
