//! Three versions of one event.

use cim_runtime::prelude::*;

pub mod v1 {
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced;
}

pub mod v2 {
    use super::v1;

    #[cim_runtime::prelude::event(super::Order, version = 2, upcast = v1::OrderPlaced, unread)]
    pub struct OrderPlaced {
        pub lines: u32,
    }

    impl From<v1::OrderPlaced> for OrderPlaced {
        fn from(_: v1::OrderPlaced) -> Self {
            Self { lines: 1 }
        }
    }
}

/// With the last argument's comma.
#[event(Order, version = 3, upcast = v2::OrderPlaced, unread,)]
pub struct OrderPlaced {
    pub lines: u32,
    pub note: Option<String>,
}

impl From<v2::OrderPlaced> for OrderPlaced {
    fn from(before: v2::OrderPlaced) -> Self {
        Self { lines: before.lines, note: None }
    }
}

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order;

#[command(Order)]
pub struct PlaceOrder;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> Option<OrderPlaced> {
        None
    }
}
