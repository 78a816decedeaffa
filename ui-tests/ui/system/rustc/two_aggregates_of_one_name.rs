//~ their events would stand in one stream
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

macro_rules! order {
    ($command:ident, $event:ident) => {
        #[aggregate(domain = "shop", id = crate::OrderId)]
        #[derive(Default)]
        pub struct Order {}

        #[state_machine(initial Open, terminal Done)]
        impl Order {
            #[transition(Open -> Done)]
            fn end(&self, _: $command) -> $event {
                $event
            }
        }

        #[command(Order)]
        pub struct $command;

        #[event(Order)]
        pub struct $event;
    };
}

order!(EndOrder, OrderEnded);

pub mod old {
    use cim_runtime::prelude::*;

    order!(EndOrder, OrderEnded);
}

#[system(aggregates(Order, old::Order))]
pub struct Shop;

fn main() {}
