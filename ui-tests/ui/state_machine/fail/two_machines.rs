//~ one lifecycle, one machine
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;
#[command(Order)]
pub struct ShipOrder;

#[event(Order)]
pub struct OrderPlaced;
#[event(Order)]
pub struct OrderShipped;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

#[state_machine(initial Ready, terminal Shipped)]
impl Order {
    #[transition(Ready -> Shipped)]
    fn ship(&self, _: ShipOrder) -> OrderShipped {
        OrderShipped
    }
}

fn main() {}
