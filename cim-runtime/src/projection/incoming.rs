//! A stored event on its way to the method that takes it.

use std::fmt::Display;

use super::heard::{Heard, Listened, ListenedEvents};
use crate::envelope::Envelope;
use crate::recorded::Recorded;
use crate::store::StoredEvent;

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
    /// Whether it is offered to methods that take all events of a machine: no other one has taken it.
    is_left: bool,
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
        Self { stored, envelope, is_left: false, fate: Fate::Passed }
    }

    /// Whether it is to be offered once more, to methods that take whatever is left.
    pub(crate) fn offer_again(&mut self) -> bool {
        let again = self.fate == Fate::Passed && !self.is_left;
        self.is_left = true;
        again
    }

    /// Hands the event to `method`, if it is an `E`.
    pub fn on<E: Heard, A: Answered>(&mut self, method: impl FnOnce(&Recorded<E>) -> A) {
        self.take(|event| method(event).failure());
    }

    pub(super) fn take<E: Heard>(&mut self, method: impl FnOnce(&Recorded<E>) -> Option<String>) {
        self.take_one(&E::EVENT, method);
    }

    /// The same, if it is this event of those that `E` stands for.
    pub(super) fn take_one<E: Heard>(
        &mut self,
        event: &Listened,
        method: impl FnOnce(&Recorded<E>) -> Option<String>,
    ) {
        if let Some(event) = self.give(event)
            && let Some(problem) = method(&event)
        {
            self.fate = Fate::Failed(problem);
        }
    }

    /// The event, if it is this one and no method before has taken it.
    pub(super) fn give<E: Heard>(&mut self, event: &Listened) -> Option<Recorded<E>> {
        // Asked of each method, for each event: what tells most of them apart comes first.
        let is_this = match event.events {
            ListenedEvents::One(name) => name == self.envelope.event_type,
            ListenedEvents::AllOf(_) => self.is_left,
        };
        if !is_this
            || self.fate != Fate::Passed
            || event.aggregate.as_str() != self.envelope.aggregate
        {
            return None;
        }
        match E::read(self.stored, self.envelope)? {
            Ok(event) => {
                self.fate = Fate::Handled;
                Some(event)
            }
            Err(problem) => {
                self.fate = Fate::Unreadable(problem);
                None
            }
        }
    }

    pub(crate) fn fate(self) -> Fate {
        self.fate
    }
}
