//~ the states are an enum of this name
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    Draft,
    Placed,
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
