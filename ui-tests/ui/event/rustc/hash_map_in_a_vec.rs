//~ equal maps would have different bytes
use cim_runtime::prelude::*;
use std::collections::HashMap;

#[event(Order, unread)]
pub struct OrderPlaced {
    pub lines: Vec<HashMap<String, u32>>,
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order;

#[command(Order)]
pub struct PlaceOrder;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> Option<OrderPlaced> {
        None
    }
}

fn main() {}
