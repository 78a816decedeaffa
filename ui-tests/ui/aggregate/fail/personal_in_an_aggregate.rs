//~ an aggregate is folded from events
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {
    #[personal]
    lines: u32,
}

#[command(Order)]
pub struct PlaceOrder;

#[event(Order)]
pub struct OrderPlaced;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
