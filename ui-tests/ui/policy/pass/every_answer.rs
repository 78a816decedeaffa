//! Every form of a policy, and every form of its answers.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[command(Order)]
pub struct PayOrder;

#[event(Order)]
pub struct OrderPlaced;

#[event(Order)]
pub struct OrderPaid;

#[state_machine(initial Draft, Placed, terminal Paid)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Placed -> Paid)]
    fn pay(&self, _: PayOrder) -> OrderPaid {
        OrderPaid
    }
}

/// A function with documentation.
#[policy]
pub fn one(event: &Recorded<OrderPlaced>) -> To<PayOrder> {
    PayOrder.to(event.id())
}

#[policy(name = "later-2", refused = retry, starts = next, on_failure = stop)]
pub(crate) fn later(event: &Recorded<OrderPlaced>) -> Option<To<PayOrder>> {
    (event.version == 1).then(|| PayOrder.to(event.id()).after(2.weeks()))
}

#[policy(refused = ignore)]
fn never(event: &Recorded<OrderPaid>) -> Cancel<PayOrder> {
    PayOrder::cancel(event.id())
}

pub type Answer = Result<To<PayOrder>, &'static str>;

#[policy]
pub fn behind_an_alias(_: &Recorded<OrderPlaced>) -> Answer {
    Err("not today")
}

#[derive(Tables)]
pub struct Payments {
    placed: Table<OrderId, Timestamp>,
}

#[policy(ends = "a paid order is paid")]
impl Payments {
    #[on]
    fn placed(
        &mut self,
        event: &Recorded<OrderPlaced>,
    ) -> (Vec<To<PayOrder>>, Option<Cancel<PayOrder>>) {
        self.placed.insert(&event.id(), event.at);
        (vec![PayOrder.to(event.id()).at(event.at)], None)
    }

    #[on]
    fn paid(&self, event: &Recorded<OrderPaid>) -> Result<(), String> {
        self.since(&event.id()).map(drop).ok_or_else(|| "never placed".to_owned())
    }

    fn since(&self, id: &OrderId) -> Option<Timestamp> {
        self.placed.get(id)
    }
}

/// Keeps nothing.
#[derive(Tables)]
pub struct Braces {}

#[policy]
impl Braces {
    #[on]
    fn placed(&self, _: &Recorded<OrderPlaced>) {}
}

#[system(aggregates(Order), policies(one, later, never, behind_an_alias, Payments, Braces))]
pub struct Shop;

/// What is known of them.
pub fn names() -> Vec<&'static str> {
    Shop::POLICIES.iter().map(|policy| policy.name).collect()
}
