//~ keys and fields
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, versoin = 1, unread = true)]
pub struct OrderPlaced {
    #[cfg(test)]
    pub count: usize,
    pub by: &str,
}

fn main() {}
