//~ a policy whose commands nobody decides
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

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

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Item {}

#[command(Item)]
pub struct PickItem;

#[event(Item)]
pub struct ItemPicked;

#[state_machine(initial Shelved, terminal Picked)]
impl Item {
    #[transition(Shelved -> Picked)]
    fn pick(&self, _: PickItem) -> ItemPicked {
        ItemPicked
    }
}

#[policy]
pub fn pick(event: &Recorded<OrderPlaced>) -> Option<(To<PickItem>,)> {
    Some((PickItem.to(event.id()),))
}

#[system(aggregates(Order), policies(pick))]
pub struct Shop;

fn main() {}
