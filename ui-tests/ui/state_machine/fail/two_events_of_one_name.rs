//~ in the stream both are called `Moved`
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct Go;

pub mod a {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct Moved;
}

pub mod b {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct Moved;
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed on Moved)]
    fn go(&self, _: Go) -> (a::Moved, b::Moved) {
        (a::Moved, b::Moved)
    }
}

fn main() {}
