//~ how does version 1 become version 2?
use cim_runtime::prelude::*;

pub struct Order;

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced;
}

#[event(Order, version = 2, upcast = v1::OrderPlaced)]
pub struct OrderPlaced;

fn main() {}
