//~ it would be false for ever
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
pub struct Invoice {}

#[command(Invoice)]
pub struct SendInvoice;

#[event(Invoice)]
pub struct InvoiceSent;

#[state_machine(initial Open, terminal Sent)]
impl Invoice {
    #[transition(Open -> Sent)]
    fn send(&self, _: SendInvoice) -> InvoiceSent {
        InvoiceSent
    }
}

pub fn can_be_sent(state: OrderState) -> bool {
    state.can::<SendInvoice>()
}

fn main() {}
