//~ older versions are upcast before anyone takes them
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced;
}

#[event(Order, version = 2, upcast = v1::OrderPlaced)]
pub struct OrderPlaced;

impl From<v1::OrderPlaced> for OrderPlaced {
    fn from(_: v1::OrderPlaced) -> Self {
        OrderPlaced
    }
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

#[derive(Tables)]
pub struct Placed {
    placed: Table<OrderId, u64>,
}

#[projection]
impl Placed {
    #[on]
    fn placed(&mut self, event: &Recorded<v1::OrderPlaced>) {
        self.placed.insert(&event.id(), 1);
    }
}

fn main() {}
