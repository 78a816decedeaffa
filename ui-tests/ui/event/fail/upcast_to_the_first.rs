//~ there is nothing before version 1
use cim_runtime::prelude::*;

pub struct Order;

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced;
}

#[event(Order, upcast = v1::OrderPlaced)]
pub struct OrderPlaced;

fn main() {}
