//~ rows follow from the events alone
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

#[derive(Settings)]
pub struct BookSettings {
    #[setting(default = 2)]
    pub weeks: u32,
}

#[derive(Tables)]
pub struct OrderBook {
    settings: Settings<BookSettings>,
    orders: Table<OrderId, u32>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        self.orders.insert(&event.id(), self.settings.weeks);
    }
}

fn main() {}
