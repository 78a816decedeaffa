//~ an item is picked, not an order
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

pub struct Item;

#[derive(Clone, Debug)]
pub struct PickItem;

#[event(Order)]
pub struct OrderPlaced;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn pick(&self, _: PickItem) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
