//~ header, targets and signatures
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

#[command(Order)]
pub struct CancelOrder;

#[state_machine(intial Draft, terminal Placed, terminal Placed)]
impl Order {
    #[transition(Darft -> Placed)]
    async fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Draft -> Plcaed)]
    fn cancel(&mut self, _: CancelOrder) {}
}

fn main() {}
