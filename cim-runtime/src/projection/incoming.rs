//! A stored event on its way to the method that takes it.

use std::fmt::Display;

use crate::envelope::Envelope;
use crate::event::{Emits, Event};
use crate::machine::{Aggregate as _, InOneAggregate, is_same};
use crate::recorded::Recorded;
use crate::store::StoredEvent;
use crate::subject::AggregateName;

/// An event that a projection or a policy listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listened {
    /// The aggregate.
    pub aggregate: AggregateName,
    /// The name under which the event is stored.
    pub event: &'static str,
}

impl Listened {
    pub(crate) const fn is(&self, other: &Self) -> bool {
        let (of, other_of) = (self.aggregate.as_str(), other.aggregate.as_str());
        is_same(self.event, other.event) && is_same(of, other_of)
    }
}

/// Holds for events, of which a method can take `&Recorded<Self>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the event of an aggregate",
    label = "not an event",
    note = "a method of a projection or a policy takes `&Recorded<E>`, where `E` has `#[event(…)]`"
)]
pub trait Heard: Sized {
    /// Which event it is.
    const EVENT: Listened;

    /// Reads it; what is wrong is returned as a sentence.
    #[doc(hidden)]
    fn read(stored: &StoredEvent, envelope: &Envelope<'_>) -> Result<Recorded<Self>, String>;

    /// Hands an incoming event to a method that returns why it failed.
    #[doc(hidden)]
    fn hand(incoming: &mut Incoming<'_>, method: impl FnOnce(&Recorded<Self>) -> Option<String>) {
        incoming.take(method);
    }
}

#[diagnostic::do_not_recommend]
impl<E: Event<Of: InOneAggregate + Emits<E>>> Heard for E {
    const EVENT: Listened =
        Listened { aggregate: <E::Of as InOneAggregate>::Owner::NAME, event: E::NAME };

    fn read(stored: &StoredEvent, envelope: &Envelope<'_>) -> Result<Recorded<Self>, String> {
        Recorded::read_as(stored, envelope)
    }
}

/// What a method for an event may return: nothing, or a `Result` of nothing.
#[diagnostic::on_unimplemented(
    message = "a method that takes an event returns nothing, or a `Result` of nothing, and not `{Self}`",
    label = "nobody takes this",
    note = "write what is to be kept into a table; one that may fail returns `Result<(), R>`, where `R` is `Display`"
)]
pub trait Answered {
    /// Why it failed.
    #[doc(hidden)]
    fn failure(self) -> Option<String>;
}

impl Answered for () {
    fn failure(self) -> Option<String> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<E: Display> Answered for Result<(), E> {
    fn failure(self) -> Option<String> {
        self.err().map(|error| error.to_string())
    }
}

/// A stored event, offered to one method after the other until one takes it.
#[derive(Debug)]
pub struct Incoming<'a> {
    stored: &'a StoredEvent,
    envelope: &'a Envelope<'a>,
    fate: Fate,
}

/// What became of an incoming event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No method takes it.
    Passed,
    /// A method has taken it.
    Handled,
    /// A method takes it, but it cannot be read.
    Unreadable(String),
    /// The method has failed.
    Failed(String),
}

impl<'a> Incoming<'a> {
    pub(crate) fn new(stored: &'a StoredEvent, envelope: &'a Envelope<'a>) -> Self {
        Self { stored, envelope, fate: Fate::Passed }
    }

    /// Hands the event to `method`, if it is an `E`.
    pub fn on<E: Heard, A: Answered>(&mut self, method: impl FnOnce(&Recorded<E>) -> A) {
        self.take(|event| method(event).failure());
    }

    fn take<E: Heard>(&mut self, method: impl FnOnce(&Recorded<E>) -> Option<String>) {
        let is_this = E::EVENT.event == self.envelope.event_type
            && E::EVENT.aggregate.as_str() == self.envelope.aggregate;
        if !is_this || self.fate != Fate::Passed {
            return;
        }
        self.fate = match E::read(self.stored, self.envelope) {
            Ok(event) => method(&event).map_or(Fate::Handled, Fate::Failed),
            Err(problem) => Fate::Unreadable(problem),
        };
    }

    pub(crate) fn fate(self) -> Fate {
        self.fate
    }
}
