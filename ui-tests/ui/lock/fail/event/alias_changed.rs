//~ cents were an i64
//# Order OrderPaid 1 {cents: i64}
use cim_runtime::prelude::*;

pub struct Order;

pub type Cents = u64;

#[event(Order)]
pub struct OrderPaid {
    pub cents: Cents,
}
