//~ version 2 is missing
use cim_runtime::prelude::*;

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced;
}

#[event(Order, version = 3, upcast = v1::OrderPlaced)]
pub struct OrderPlaced;

impl From<v1::OrderPlaced> for OrderPlaced {
    fn from(_: v1::OrderPlaced) -> Self {
        OrderPlaced
    }
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
