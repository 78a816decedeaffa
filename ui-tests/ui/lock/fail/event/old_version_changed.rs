//~ version 1 is superseded, and had a reason
//# Order OrderCancelled 1 {reason: text}
//# Order OrderCancelled 2 {by: text, reason: text}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, version = 2, upcast = v1::OrderCancelled)]
pub struct OrderCancelled {
    pub reason: String,
    pub by: Actor,
}

impl From<v1::OrderCancelled> for OrderCancelled {
    fn from(_: v1::OrderCancelled) -> Self {
        Self { reason: String::new(), by: Actor::default() }
    }
}

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderCancelled;
}
