//~ the stream would hold a version that is no longer written
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {
    note: String,
}

#[command(Order)]
pub struct PlaceOrder {
    pub note: String,
}

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced {
        pub note: String,
    }
}

#[event(Order, version = 2, upcast = v1::OrderPlaced)]
pub struct OrderPlaced {
    pub note: String,
    pub by: String,
}

impl From<v1::OrderPlaced> for OrderPlaced {
    fn from(it: v1::OrderPlaced) -> Self {
        OrderPlaced { note: it.note, by: String::new() }
    }
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> Result<v1::OrderPlaced, String> {
        if cmd.note.is_empty() {
            return Err("empty".to_owned());
        }
        Ok(v1::OrderPlaced { note: cmd.note })
    }

    #[apply]
    fn placed(&mut self, event: &v1::OrderPlaced) {
        self.note = event.note.clone();
    }
}

fn main() {}
