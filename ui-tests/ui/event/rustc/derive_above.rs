//~ our attribute stands first: it adds what is not derived below it
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[derive(Debug)]
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
