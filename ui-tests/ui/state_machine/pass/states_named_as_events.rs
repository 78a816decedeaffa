//! A state, a command and an event may have one name, each in its own module.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Order {}

pub mod commands {
    #[cim_runtime::prelude::command(super::Order)]
    pub struct Place;
}

pub mod events {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct Placed;
}

#[cim_runtime::prelude::state_machine(initial Draft, terminal Placed)]
impl Order {
    #[cim_runtime::prelude::transition(Draft -> Placed)]
    fn place(&self, _: commands::Place) -> events::Placed {
        events::Placed
    }
}
