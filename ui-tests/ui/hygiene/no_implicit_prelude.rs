//! Not even `Option` is in scope.

#![no_implicit_prelude]

use ::cim_runtime::prelude::{
    DomainId, Tables, aggregate, command, event, policy, projection, state_machine, system, value,
};

#[derive(DomainId)]
pub struct OrderId(::std::string::String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(::std::default::Default)]
pub struct Order {
    lines: ::std::vec::Vec<Line>,
}

#[value]
pub struct Line {
    pub sku: ::std::string::String,
}

#[value]
pub enum Refused {
    Empty,
    Because(::std::string::String),
}

#[command(Order)]
pub struct PlaceOrder {
    pub lines: ::std::vec::Vec<Line>,
}

pub mod v1 {
    #[::cim_runtime::prelude::event(super::Order)]
    pub struct OrderPlaced;
}

#[event(Order, version = 2, upcast = v1::OrderPlaced)]
pub struct OrderPlaced {
    pub lines: ::std::vec::Vec<Line>,
}

impl ::std::convert::From<v1::OrderPlaced> for OrderPlaced {
    fn from(_: v1::OrderPlaced) -> Self {
        Self { lines: ::std::vec::Vec::new() }
    }
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> ::std::result::Result<OrderPlaced, Refused> {
        if cmd.lines.is_empty() {
            return ::std::result::Result::Err(Refused::Empty);
        }
        ::std::result::Result::Ok(OrderPlaced { lines: cmd.lines })
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.lines = ::std::clone::Clone::clone(&event.lines);
    }
}

#[derive(Tables)]
pub struct OrderBook {
    placed: ::cim_runtime::prelude::Table<OrderId, u64>,
}

#[value]
pub struct PlacedAt {
    pub id: OrderId,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(
        &mut self,
        event: &::cim_runtime::prelude::Recorded<OrderPlaced>,
    ) -> ::std::result::Result<(), ::std::string::String> {
        self.placed.insert(&event.id(), event.position);
        ::std::result::Result::Ok(())
    }

    #[query]
    fn placed_at(&self, question: PlacedAt) -> ::std::option::Option<u64> {
        self.placed.get(&question.id)
    }
}

#[policy]
pub fn cancel(
    event: &::cim_runtime::prelude::Recorded<OrderPlaced>,
) -> ::cim_runtime::prelude::Cancel<PlaceOrder> {
    <PlaceOrder as ::cim_runtime::prelude::Addressed>::cancel(event.id())
}

#[derive(Tables)]
pub struct Nothing;

#[policy(ends = "it does nothing")]
impl Nothing {
    #[on]
    fn placed(&self, _: &::cim_runtime::prelude::Recorded<OrderPlaced>) {}
}

#[system(aggregates(Order), policies(cancel, Nothing), projections(OrderBook))]
pub struct Shop;
