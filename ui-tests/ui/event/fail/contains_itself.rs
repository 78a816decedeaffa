//~ what repeats is a value
use cim_runtime::prelude::*;

#[event(Order)]
pub struct OrderPlaced {
    pub instead_of: Option<Box<OrderPlaced>>,
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order;

#[command(Order)]
pub struct PlaceOrder;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> Option<OrderPlaced> {
        None
    }
}

fn main() {}
