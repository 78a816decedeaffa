//! Fields with the names that the generated code uses for itself.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Order {
    state: u32,
    cx: u32,
}

#[value]
pub struct Inner {
    pub to: u32,
    pub from: u32,
    pub self_: u32,
    pub other: u32,
    pub f: u32,
}

#[value]
pub enum Choice {
    One { to: u32, from: u32, field_0: u32, field_1: u32 },
}

#[command(Order)]
pub struct PlaceOrder {
    pub to: u32,
    pub from: u32,
    pub command: u32,
    pub cx: u32,
    pub id: u32,
    pub actor: u32,
}

#[event(Order)]
pub struct OrderPlaced {
    pub to: u32,
    pub from: u32,
    pub self_: u32,
    pub event: u32,
    pub schema: u32,
    pub version: u32,
    pub name: u32,
    pub before: u32,
    pub field_0: u32,
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn state(&self, cx: PlaceOrder, command: &Context<Self>) -> OrderPlaced {
        let event = command.state() as u32;
        OrderPlaced {
            to: cx.to,
            from: cx.from,
            self_: self.state,
            event,
            schema: 0,
            version: 0,
            name: self.cx,
            before: 0,
            field_0: 0,
        }
    }

    #[apply]
    fn event(&mut self, state: &OrderPlaced) {
        self.state = state.event;
    }
}
