//~ in the enum of commands both are called `Go`
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

pub mod a {
    #[cim_runtime::prelude::command(super::Order)]
    pub struct Go;
}

pub mod b {
    #[cim_runtime::prelude::command(super::Order)]
    pub struct Go;
}

#[event(Order)]
pub struct OrderPlaced;

#[state_machine(initial Draft, Half, terminal Placed)]
impl Order {
    #[transition(Draft -> Half)]
    fn half(&self, _: a::Go) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Half -> Placed)]
    fn whole(&self, _: b::Go) -> OrderPlaced {
        OrderPlaced
    }
}

fn main() {}
