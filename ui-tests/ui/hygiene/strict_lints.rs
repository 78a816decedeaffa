//! Nothing that the macros write is warned about.

#![deny(warnings, missing_docs, clippy::all, clippy::pedantic, unused_qualifications)]
#![allow(clippy::unused_self, clippy::needless_pass_by_value, reason = "decisions have one form")]

use cim_runtime::prelude::*;

/// The id.
#[derive(DomainId)]
pub struct OrderId(String);

/// The aggregate.
#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Order {
    reason: String,
}

/// The refusal.
#[value]
pub enum Refused {
    /// It is late.
    Late {
        /// By so much.
        days: u32,
    },
    /// It is over.
    Over(u32, u32),
}

/// A command with data.
#[command(Order)]
pub struct PlaceOrder {
    /// Why.
    pub reason: String,
}

/// A command without.
#[command(Order)]
pub struct CancelOrder;

/// An event with data.
#[event(Order)]
pub struct OrderPlaced {
    /// Why.
    pub reason: String,
}

/// An event without.
#[event(Order)]
pub struct OrderCancelled;

/// An event of a sequence.
#[event(Order)]
pub struct OrderReopened;

/// The first version.
pub mod v1 {
    /// The event.
    #[cim_runtime::prelude::event(super::Order)]
    pub struct OrderArchived;
}

/// The second.
#[event(Order, version = 2, upcast = v1::OrderArchived, unread)]
pub struct OrderArchived {
    /// Where to.
    pub place: Option<String>,
}

impl From<v1::OrderArchived> for OrderArchived {
    fn from(_: v1::OrderArchived) -> Self {
        Self { place: None }
    }
}

#[state_machine(initial Draft, Placed, terminal Cancelled)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> Result<OrderPlaced, Refused> {
        if cmd.reason == self.reason {
            return Err(Refused::Late { days: 1 });
        }
        Ok(OrderPlaced { reason: cmd.reason })
    }

    #[transition(Placed -> Cancelled on OrderCancelled, Draft on OrderReopened)]
    fn cancel(&self, _: CancelOrder, cx: &Context<Self>) -> OneOf<OrderCancelled, OrderReopened> {
        if cx.actor() == Actor::default() {
            return one_of(OrderReopened);
        }
        one_of(OrderCancelled)
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.reason.clone_from(&event.reason);
    }

    #[apply(Placed -> Cancelled)]
    fn archived(&mut self, _: &OrderArchived) {}
}

/// The read model.
#[derive(Tables)]
pub struct OrderBook {
    reasons: Table<OrderId, String>,
}

/// The question.
#[value]
pub struct ReasonOf {
    /// Of which order.
    pub id: OrderId,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        self.reasons.insert(&event.id(), event.event.reason.clone());
    }

    #[on]
    fn cancelled(&mut self, event: &Recorded<OrderCancelled>) -> Result<(), &'static str> {
        self.reasons.remove(&event.id()).map(drop).ok_or("never placed")
    }

    #[query]
    fn reason(&self, question: ReasonOf) -> Option<String> {
        self.reasons.get(&question.id)
    }
}

/// A function that is a policy.
#[policy]
pub fn cancel(event: &Recorded<OrderPlaced>) -> To<CancelOrder> {
    CancelOrder.to(event.id())
}

/// A policy that keeps nothing.
#[derive(Tables)]
pub struct Reminders;

#[policy(ends = "an order is cancelled some day")]
impl Reminders {
    #[on]
    fn placed(&self, event: &Recorded<OrderPlaced>) -> To<CancelOrder> {
        CancelOrder.to(event.id()).after(2.weeks())
    }
}

/// The system.
#[system(aggregates(Order), policies(cancel, Reminders), projections(OrderBook))]
pub struct Shop;
