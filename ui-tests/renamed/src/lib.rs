//! A domain in a crate that knows the runtime under another name: every macro takes
//! `crate = path`.

#![allow(missing_docs, reason = "a fixture is minimal")]

use framework::prelude::*;

pub mod clap;

/// The path may lead through a re-export.
pub mod exports {
    pub use framework as runtime;
}

#[derive(DomainId)]
#[domain_id(crate = framework)]
pub struct OrderId(String);

#[aggregate(domain = "pass", id = OrderId, crate = crate::exports::runtime)]
#[derive(Default)]
pub struct Order {
    lines: Vec<Line>,
    lamp: Lamp,
}

#[value(crate = framework)]
pub struct Line {
    pub sku: String,
}

#[value(crate = framework)]
pub enum Refused {
    Empty,
    Because(String),
}

#[command(Order, crate = framework)]
pub struct PlaceOrder {
    pub lines: Vec<Line>,
}

pub mod v1 {
    #[framework::prelude::event(super::Order, crate = framework)]
    pub struct OrderPlaced;
}

#[event(Order, version = 2, upcast = v1::OrderPlaced, crate = ::framework)]
pub struct OrderPlaced {
    pub lines: Vec<Line>,
}

impl From<v1::OrderPlaced> for OrderPlaced {
    fn from(_: v1::OrderPlaced) -> Self {
        Self { lines: Vec::new() }
    }
}

/// A region, and a Moore machine.
#[value(crate = framework)]
#[derive(Default)]
pub struct Lamp {}

#[command(Lamp, crate = framework)]
pub struct SwitchOn;

#[event(Lamp, crate = framework)]
pub struct WentOn;

#[state_machine(moore, initial Dark, Lit, crate = framework)]
impl Lamp {
    #[transition(Dark | Lit -> Lit)]
    fn switch_on(&self, _: SwitchOn) {}

    #[output(Lit)]
    fn lit(&self) -> WentOn {
        WentOn
    }
}

#[state_machine(initial Draft, terminal Placed, region lamp: Lamp in Draft, crate = framework)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> Result<OrderPlaced, Refused> {
        if cmd.lines.is_empty() {
            return Err(Refused::Empty);
        }
        Ok(OrderPlaced { lines: cmd.lines })
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.lines = event.lines.clone();
    }
}

#[derive(Tables)]
#[tables(crate = framework)]
pub struct OrderBook {
    lines: Table<OrderId, Vec<Line>>,
}

#[value(crate = framework)]
pub struct LinesOf {
    pub id: OrderId,
}

#[projection(crate = crate::exports::runtime)]
impl OrderBook {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        self.lines.insert(&event.id(), event.event.lines.clone());
    }

    #[query]
    fn lines(&self, question: LinesOf) -> Option<Vec<Line>> {
        self.lines.get(&question.id)
    }
}

#[policy(crate = framework)]
pub fn cancel(event: &Recorded<OrderPlaced>) -> Cancel<PlaceOrder> {
    PlaceOrder::cancel(event.id())
}

#[derive(Settings)]
#[settings(crate = framework)]
pub struct WaitingSettings {
    #[setting(default = 2, min = 1)]
    pub lines: usize,
}

#[derive(Tables)]
#[tables(crate = crate::exports::runtime)]
pub struct Waiting {
    settings: Settings<WaitingSettings>,
}

#[policy(crate = crate::exports::runtime)]
impl Waiting {
    #[on]
    fn placed(&self, event: &Recorded<OrderPlaced>) -> Option<Cancel<PlaceOrder>> {
        let many = event.event.lines.len() > self.settings.lines;
        many.then(|| PlaceOrder::cancel(event.id()))
    }
}

#[system(
    aggregates(Order),
    policies(cancel, Waiting),
    projections(OrderBook),
    crate = framework
)]
pub struct Shop;
