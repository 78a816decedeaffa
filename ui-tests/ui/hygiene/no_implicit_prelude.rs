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
    lamp: Lamp,
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

/// A region, and a Moore machine.
#[value]
#[derive(::std::default::Default)]
pub struct Lamp {}

#[command(Lamp)]
pub struct SwitchOn;

#[event(Lamp)]
pub struct WentOn;

#[state_machine(moore, initial Dark, Lit)]
impl Lamp {
    #[transition(Dark | Lit -> Lit)]
    fn switch_on(&self, _: SwitchOn) {}

    #[output(Lit)]
    fn lit(&self) -> WentOn {
        WentOn
    }
}

#[state_machine(initial Draft, terminal Placed, region lamp: Lamp in Draft)]
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

#[derive(::cim_runtime::prelude::Settings)]
pub struct ToldSettings {
    #[setting(default = 2, min = 1)]
    pub weeks: u32,
    pub name: ::std::option::Option<::std::string::String>,
}

#[derive(Tables)]
pub struct Told {
    settings: ::cim_runtime::prelude::Settings<ToldSettings>,
}

#[policy(ends = "it is refused once")]
impl Told {
    #[on]
    fn placed(
        &self,
        event: &::cim_runtime::prelude::Recorded<OrderPlaced>,
    ) -> ::std::option::Option<::cim_runtime::prelude::To<PlaceOrder>> {
        let place = PlaceOrder { lines: ::std::vec::Vec::new() };
        let place = <PlaceOrder as ::cim_runtime::prelude::Addressed>::to(place, event.id());
        if self.settings.weeks > 2 {
            return ::std::option::Option::Some(place);
        }
        ::std::option::Option::None
    }

    #[::cim_runtime::prelude::refused]
    fn refused(&mut self, _: &::cim_runtime::policy::Refused<PlaceOrder>) {}
}

#[policy(attempts = 1)]
pub async fn tell(
    _: &::cim_runtime::prelude::Recorded<OrderPlaced>,
    effect: &::cim_runtime::prelude::Effect,
    mailer: &::std::string::String,
) -> ::std::result::Result<(), ::std::string::String> {
    match effect.attempt() {
        1 => ::std::result::Result::Ok(()),
        _ => ::std::result::Result::Err(::std::clone::Clone::clone(mailer)),
    }
}

#[system(aggregates(Order), policies(cancel, Nothing, Told, tell), projections(OrderBook))]
pub struct Shop;
