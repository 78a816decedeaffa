//~ an item is picked, not an order
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Item {}

#[command(Item)]
pub struct PickItem;

#[event(Item)]
pub struct ItemPicked;

#[state_machine(initial Stored, terminal Picked)]
impl Item {
    #[transition(Stored -> Picked)]
    fn pick(&self, _: PickItem) -> ItemPicked {
        ItemPicked
    }
}

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
