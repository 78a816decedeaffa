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

/// Makes up for what was refused.
#[derive(Tables)]
pub struct Amends {
    refused: Table<OrderId, u32>,
}

#[policy(ends = "nobody pays for ever")]
impl Amends {
    #[on]
    fn placed(&self, event: &Recorded<OrderPlaced>) -> (To<PayOrder>, Option<To<PlaceOrder>>) {
        (PayOrder.to(event.id()), None)
    }

    /// Calls for itself, which is said to end.
    #[refused]
    fn not_paid(&mut self, refused: &cim_runtime::policy::Refused<PayOrder>) -> Vec<To<PayOrder>> {
        *self.refused.get_or_default(&refused.id()) += 1;
        vec![PayOrder.to(refused.id()).at(refused.at)]
    }

    #[refused]
    fn not_placed(&self, _: &cim_runtime::policy::Refused<PlaceOrder>) {}
}

/// What effects use.
pub struct Mailer;

pub type Hook = Box<dyn Fn(&str) + Send + Sync>;

/// An effect that only acts.
#[policy]
pub async fn tell(_: &Recorded<OrderPlaced>) {}

/// One with all that it can have.
#[policy(name = "ask-2", timeout_seconds = 5, at_once = 1, attempts = 3, refused = retry, starts = next)]
pub async fn ask(
    event: &Recorded<OrderPlaced>,
    effect: &Effect,
    _: &Mailer,
    names: &std::collections::BTreeSet<String>,
    _: &(u32, Hook),
) -> Result<(Option<To<PayOrder>>, Vec<Cancel<PayOrder>>), String> {
    effect.pause(1.second()).await;
    let known = names.contains(effect.key());
    let pay = || PayOrder.to(event.id()).after(1.hour());
    Ok(((effect.attempt() > 1 && known).then(pay), Vec::new()))
}

/// Keeps nothing.
#[derive(Tables)]
pub struct Braces {}

#[policy]
impl Braces {
    #[on]
    fn placed(&self, _: &Recorded<OrderPlaced>) {}
}

#[system(
    aggregates(Order),
    policies(one, later, never, behind_an_alias, Payments, Amends, tell, ask, Braces)
)]
pub struct Shop;

/// What is known of them.
pub fn names() -> Vec<&'static str> {
    Shop::POLICIES.iter().map(|policy| policy.name).collect()
}
