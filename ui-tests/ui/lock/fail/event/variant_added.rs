//~ an order could only be paid in cash
//# Order OrderPaid 1 {how: enum{Cash}}
use cim_runtime::prelude::*;

pub struct Order;

#[value]
pub enum Payment {
    Cash,
    Card { number: u64 },
}

#[event(Order)]
pub struct OrderPaid {
    pub how: Payment,
}
