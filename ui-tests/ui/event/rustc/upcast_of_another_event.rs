//~ a cancelled order is no version of a placed one
use cim_runtime::prelude::*;

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
