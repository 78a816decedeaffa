//! The order's machine as a hand-written `match`: one function decides, one evolves.

use cim_order::item::ItemId;
use cim_runtime::Actor;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Draft,
    Placed,
    Confirmed,
    Paid,
    Shipped,
    Delivered,
    Cancelled,
}

#[derive(Default)]
pub struct Order {
    pub price_cents: u64,
}

pub enum Command {
    Place { items: Vec<ItemId>, price_cents: u64 },
    Confirm,
    Remind,
    Pay { cents: u64 },
    Cancel { reason: String },
    Ship,
    Deliver,
}

pub enum Event {
    Placed { items: Vec<ItemId>, price_cents: u64 },
    Confirmed,
    Reminded,
    Paid { cents: u64 },
    Cancelled { reason: String, refund_cents: u64, by: Actor },
    Shipped,
    Delivered,
}

#[derive(Debug)]
pub enum Refused {
    Empty,
    WrongAmount { due_cents: u64 },
    NotNow,
}

impl Order {
    #[inline]
    pub fn decide(&self, state: State, command: Command, actor: &Actor) -> Result<Event, Refused> {
        match (state, command) {
            (State::Draft, Command::Place { items, .. }) if items.is_empty() => Err(Refused::Empty),
            (State::Draft, Command::Place { items, price_cents }) => {
                Ok(Event::Placed { items, price_cents })
            }
            (State::Placed, Command::Confirm) => Ok(Event::Confirmed),
            (State::Confirmed, Command::Remind) => Ok(Event::Reminded),
            (State::Confirmed, Command::Pay { cents }) if cents != self.price_cents => {
                Err(Refused::WrongAmount { due_cents: self.price_cents })
            }
            (State::Confirmed, Command::Pay { cents }) => Ok(Event::Paid { cents }),
            (State::Placed | State::Confirmed, Command::Cancel { reason }) => {
                Ok(Event::Cancelled { reason, refund_cents: 0, by: actor.clone() })
            }
            (State::Paid, Command::Cancel { reason }) => {
                Ok(Event::Cancelled { reason, refund_cents: self.price_cents, by: actor.clone() })
            }
            (State::Paid, Command::Ship) => Ok(Event::Shipped),
            (State::Shipped, Command::Deliver) => Ok(Event::Delivered),
            _ => Err(Refused::NotNow),
        }
    }

    #[inline]
    pub fn evolve(&mut self, state: State, event: &Event) -> Option<State> {
        match (state, event) {
            (State::Draft, Event::Placed { price_cents, .. }) => {
                self.price_cents = *price_cents;
                Some(State::Placed)
            }
            (State::Placed, Event::Confirmed) => Some(State::Confirmed),
            (State::Confirmed, Event::Reminded) => Some(State::Confirmed),
            (State::Confirmed, Event::Paid { .. }) => Some(State::Paid),
            (State::Placed | State::Confirmed | State::Paid, Event::Cancelled { .. }) => {
                Some(State::Cancelled)
            }
            (State::Paid, Event::Shipped) => Some(State::Shipped),
            (State::Shipped, Event::Delivered) => Some(State::Delivered),
            _ => None,
        }
    }
}
