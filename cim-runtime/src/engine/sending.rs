//! One command on its way: what it needs next, and what it does with the answers.

use std::fmt;

use bytes::Bytes;

use super::live::Live;
use super::message::{Message, Receipt, Sent};
use super::request::{OwnerIn, Request};
use crate::commit::Commit;
use crate::decision::Events;
use crate::error::{Error, SendError};
use crate::machine::{Aggregate as _, Machine};
use crate::store::{Committed, StoreError, StoreErrorKind, StoredEvent};
use uuid::Uuid;

/// A command is decided again this often when others change its aggregate meanwhile. Each time, one
/// of them has got on, so a busy aggregate may well need hundreds; the bound is for a store that
/// would answer with conflicts for ever.
const ATTEMPTS: u32 = 10_000;

/// What a command needs from its driver.
#[derive(Debug)]
pub enum Step<M: Machine> {
    /// The stream's snapshot: answer with [`Sending::snapshot`].
    Snapshot,
    /// The stream's events after this version: answer with [`Sending::loaded`].
    Load {
        /// The version that is known; one less if only a snapshot says so.
        after: u64,
    },
    /// The events with this correlation: answer with [`Sending::found`].
    Find {
        /// The id of the root command.
        correlation: Uuid,
    },
    /// The stream's events after this version, not to be folded: answer with
    /// [`Sending::reviewed`].
    Review {
        /// The version before the first of them.
        after: u64,
    },
    /// The store's answer to this commit: [`Sending::committed`].
    Commit(Commit),
    /// Nothing more: this is how it ended.
    Done(Result<Sent, SendError<M>>),
}

/// A command on its way through one aggregate.
pub struct Sending<'a, C: Request> {
    live: &'a mut Live<OwnerIn<C>>,
    command: C,
    message: &'a Message,
    decided: Events<<OwnerIn<C> as Machine>::Event>,
    attempts: u32,
    /// Whether it is known that the command was not decided before.
    new: bool,
    /// Whether the stream was read for this command.
    fresh: bool,
    /// How many events the aggregate may have.
    limit: u64,
}

impl<'a, C: Request> Sending<'a, C> {
    /// Sends `command` to `live`.
    pub fn new(live: &'a mut Live<OwnerIn<C>>, command: C, message: &'a Message) -> Self {
        Self {
            live,
            command,
            message,
            decided: Events::None,
            attempts: 0,
            // What an event has caused is known by the stream itself.
            new: !message.repeatable || message.cause.is_some(),
            fresh: false,
            limit: u64::MAX,
        }
    }

    /// The aggregate may have this many events: a command that would bring more is not stored.
    #[must_use]
    pub fn limited_to(self, events: u64) -> Self {
        Self { limit: events, ..self }
    }

    /// The aggregate.
    pub fn live(&mut self) -> &mut Live<OwnerIn<C>> {
        self.live
    }

    /// What is needed first.
    pub fn start(&mut self) -> Step<C::Of> {
        if self.live.is_whole() {
            return self.decide();
        }
        self.live.reset();
        Step::Snapshot
    }

    /// The store's snapshot of the stream, if there is one.
    pub fn snapshot(&mut self, answer: Result<Option<Bytes>, StoreError>) -> Step<C::Of> {
        match answer {
            Ok(Some(bytes)) => self.live.start_from(&bytes),
            Ok(None) => {}
            // A snapshot is a shortcut: without it, the stream itself is read.
            Err(error) => tracing::warn!(stream = %self.live.stream(), %error, "no snapshot"),
        }
        Step::Load { after: self.live.read_after() }
    }

    /// The stream's events after the version that was known.
    pub fn loaded(&mut self, answer: Result<Vec<StoredEvent>, StoreError>) -> Step<C::Of> {
        let events = match answer {
            Ok(events) => events,
            Err(error) => return Step::Done(Err(Error::from(error).into())),
        };
        match self.live.read(&events) {
            Ok(true) => {}
            Ok(false) => return Step::Load { after: 0 },
            Err(error) => return Step::Done(Err(error.into())),
        }
        self.fresh = true;
        // Whoever else sends the command with this id may have been faster.
        match self.repeated(&events) {
            Some(step) => step,
            None => self.decide(),
        }
    }

    /// The events with the command's correlation.
    pub fn found(&mut self, answer: Result<Vec<StoredEvent>, StoreError>) -> Step<C::Of> {
        match answer {
            Ok(events) => {
                self.new = true;
                self.repeated(&events).unwrap_or_else(|| self.decide())
            }
            Err(error) => Step::Done(Err(Error::from(error).into())),
        }
    }

    /// The stream's events from the first on that the command had brought.
    pub fn reviewed(&mut self, answer: Result<Vec<StoredEvent>, StoreError>) -> Step<C::Of> {
        match answer.map(|events| self.repeated(&events)) {
            Ok(Some(step)) => step,
            // The stream is not the one that was folded, as after a restore.
            Ok(None) => {
                self.live.reset();
                Step::Load { after: 0 }
            }
            Err(error) => Step::Done(Err(Error::from(error).into())),
        }
    }

    /// The version of the command's first event, if an event has caused it and the stream has it.
    fn known_since(&self) -> Option<u64> {
        let message = self.message;
        let caused = message.repeatable && message.cause.is_some();
        caused.then(|| self.live.caused_at(message.command_id)).flatten()
    }

    /// The store's answer to the commit.
    pub fn committed(
        &mut self,
        answer: Result<Committed, StoreError>,
        commit: &Commit,
    ) -> Step<C::Of> {
        match answer {
            Ok(committed) => {
                self.live.will_take(self.message);
                self.live.take_in(self.decided.as_slice(), commit.head());
                let receipt = self.receipt(commit, committed.position);
                // Whoever else sends the command with this id has decided in the same microsecond,
                // and so come to the same commit.
                Step::Done(Ok(match committed.duplicate {
                    true => Sent::Repeated(receipt),
                    false => Sent::Stored(receipt),
                }))
            }
            Err(error) => {
                match error.kind() {
                    StoreErrorKind::Conflict { version } => return self.overtaken(version),
                    // What was folded may not be what the stream holds, as after a restore: the
                    // next command reads it anew.
                    StoreErrorKind::Invalid => self.live.reset(),
                    _ => {}
                }
                Step::Done(Err(Error::from(error).into()))
            }
        }
    }

    fn decide(&mut self) -> Step<C::Of> {
        if let Some(version) = self.known_since() {
            return Step::Review { after: version - 1 };
        }
        if !self.new {
            return Step::Find { correlation: self.message.correlation() };
        }
        self.attempts += 1;
        self.decided = match self.command.clone().decide(self.live, self.message) {
            Ok(events) if !events.is_empty() => events,
            // What the store accepts proves that nobody else has changed the aggregate. Saying no,
            // or that nothing happens, proves nothing: others are asked first.
            _ if !self.fresh => return Step::Load { after: self.live.version() },
            Ok(_) => return Step::Done(Ok(Sent::Unchanged { version: self.live.version() })),
            Err(error) => return Step::Done(Err(error)),
        };
        let (events, limit) = (self.live.version(), self.limit);
        if self.decided.len() as u64 > limit.saturating_sub(events) {
            let stream = self.live.stream().clone();
            return Step::Done(Err(Error::Full { stream, events, limit }.into()));
        }
        match self.live.commit(self.decided.as_slice(), self.message) {
            Ok(commit) => Step::Commit(commit),
            Err(error) => Step::Done(Err(error.into())),
        }
    }

    /// Another writer has changed the aggregate, which is now at `version`.
    fn overtaken(&mut self, version: u64) -> Step<C::Of> {
        if self.attempts == ATTEMPTS {
            let stream = self.live.stream().clone();
            return Step::Done(Err(Error::Contended { stream, attempts: ATTEMPTS }.into()));
        }
        if version < self.live.version() {
            // The store has fewer events than were folded: it was repaired or restored.
            self.live.reset();
        }
        Step::Load { after: self.live.version() }
    }

    fn repeated(&self, events: &[StoredEvent]) -> Option<Step<C::Of>> {
        if !self.message.repeatable {
            return None;
        }
        let (aggregate, id) = (OwnerIn::<C>::NAME.as_str(), self.live.id_text());
        let receipt = Receipt::among(events, aggregate, id, self.message.command_id)?;
        Some(Step::Done(Ok(Sent::Repeated(receipt))))
    }

    fn receipt(&self, commit: &Commit, position: u64) -> Receipt {
        Receipt {
            command_id: self.message.command_id,
            correlation: self.message.correlation(),
            version: commit.version(),
            position,
            events: commit.events().iter().map(|event| event.cid).collect(),
            event_types: commit.events().iter().map(|event| event.event_type.clone()).collect(),
            attempts: self.attempts,
        }
    }
}

impl<C: Request> fmt::Debug for Sending<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("stream", self.live.stream())
            .field("command", &self.command)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
