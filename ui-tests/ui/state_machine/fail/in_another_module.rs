//~ the enums stand beside the impl, where nobody looks for them
use cim_runtime::prelude::*;

pub mod order {
    use super::*;

    #[derive(DomainId)]
    pub struct OrderId(String);

    #[aggregate(domain = "shop", id = OrderId)]
    #[derive(Default)]
    pub struct Order {}
}

#[command(order::Order)]
pub struct PlaceOrder;

#[event(order::Order)]
pub struct OrderPlaced;

#[state_machine(initial Draft, terminal Placed)]
impl order::Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
