//~ a cancelled order is no version of a placed one
use cim_runtime::prelude::*;

pub struct Order;

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderCancelled;
}

#[event(Order, version = 2, upcast = v1::OrderCancelled)]
pub struct OrderPlaced;

impl From<v1::OrderCancelled> for OrderPlaced {
    fn from(_: v1::OrderCancelled) -> Self {
        OrderPlaced
    }
}

fn main() {}
