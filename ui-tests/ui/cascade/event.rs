//~ an event that did not compile is still an event
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[event(Order, versoin = 2)]
pub struct OrderPlaced {
    pub at: u64,
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced { at: 1 }
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        let _ = event.at;
    }
}

fn main() {}
