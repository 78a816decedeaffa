//~ both are null
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    pub by: Option<Option<String>>,
}

fn main() {}
