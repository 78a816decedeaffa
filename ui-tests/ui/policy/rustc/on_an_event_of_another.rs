//~ it would never come
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[command(Order)]
pub struct PayOrder;

#[event(Order)]
pub struct OrderPlaced;

#[event(Order)]
pub struct OrderPaid;

#[state_machine(initial Draft, Placed, terminal Paid)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Placed -> Paid)]
    fn pay(&self, _: PayOrder) -> OrderPaid {
        OrderPaid
    }
}

#[derive(DomainId)]
pub struct ItemId(String);

#[aggregate(domain = "shop", id = ItemId)]
#[derive(Default)]
pub struct Item {}

#[command(Item)]
pub struct StockItem;

#[event(Item)]
pub struct ItemStocked;

#[state_machine(initial New, terminal Stocked)]
impl Item {
    #[transition(New -> Stocked)]
    fn stock(&self, _: StockItem) -> ItemStocked {
        ItemStocked
    }
}

#[derive(Tables)]
pub struct Reminders {
    seen: Table<OrderId, Timestamp>,
}

#[policy]
impl Reminders {
    #[on(OrderPlaced, ItemStocked)]
    fn seen(&mut self, event: &Recorded<AnyOf<Order>>) {
        self.seen.insert(&event.id(), event.at);
    }
}

fn main() {}
