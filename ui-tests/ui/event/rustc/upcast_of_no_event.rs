//~ stored events are events
use cim_runtime::prelude::*;

pub struct Order;

pub mod v1 {
    pub struct OrderPlaced;
}

#[event(Order, version = 2, upcast = v1::OrderPlaced)]
pub struct OrderPlaced;

impl From<v1::OrderPlaced> for OrderPlaced {
    fn from(_: v1::OrderPlaced) -> Self {
        OrderPlaced
    }
}

fn main() {}
