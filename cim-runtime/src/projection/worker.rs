//! Events into rows: the part that does not wait for events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::incoming::{Fate, Incoming};
use super::medium::TableProjection;
use super::status::Parked;
use super::{Listened, OnFailure, is_kept};
use crate::cbor::{self, EncodeError};
use crate::observe;
use crate::rows::{RowBatch, RowStore, SpaceWriter};
use crate::store::{StoreError, StoredEvent};

/// The table of events that were put aside. No field of a struct has this name.
pub(super) const PARKED: &str = "-parked";

/// One generation of a projection's rows, and who writes it.
pub(super) struct Worker<P> {
    space: SpaceWriter,
    model: Arc<RwLock<P>>,
    /// When the event at the checkpoint was decided, once it was seen.
    at: Option<Timestamp>,
    /// Events that a model in memory is made without, as they make it fail.
    left_out: Vec<u64>,
}

/// Why a projection does nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// An event cannot be read, or a method has failed and the projection stops then.
    Event(String),
    /// A method has failed halfway, and has spoilt a model that is in memory: it is to be made anew
    /// without this event, unless nothing more is to be done.
    Spoilt { position: u64, problem: String, stops: bool },
    /// The rows or the events cannot be reached: it may be tried again.
    Store(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An event at which something went wrong, by its place in the page.
struct Fault {
    index: usize,
    problem: String,
    /// Whether nothing more is to be done.
    stops: bool,
}

impl Fault {
    fn failed<P: TableProjection>(problem: String) -> Self {
        Self { index: 0, problem, stops: P::ON_FAILURE == OnFailure::Stop }
    }
}

impl<P: TableProjection> Worker<P> {
    /// Whoever writes the rows of `space`.
    /// Events that are `left_out` are passed over.
    pub(super) fn open(
        rows: Arc<dyn RowStore>,
        space: String,
        left_out: Vec<u64>,
    ) -> Result<Self, StoreError> {
        let space = SpaceWriter::open(rows, space)?;
        let model = Arc::new(RwLock::new(P::open(&space.place)));
        Ok(Self { space, model, at: None, left_out })
    }

    /// The same, which catches up before it answers, or does so no more.
    pub(super) fn in_bulk(mut self, bulk: bool) -> Self {
        self.space.in_bulk(bulk);
        self
    }

    /// The position of the last event that is in the rows.
    pub(super) fn checkpoint(&self) -> u64 {
        self.space.checkpoint()
    }

    /// When that event was decided.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Whether the rows are made from the events of this store, of which this is the one at the
    /// checkpoint.
    pub(super) fn follows(&mut self, at_checkpoint: Option<&StoredEvent>) -> bool {
        let follows = self.space.follows(at_checkpoint);
        self.at = at_checkpoint.filter(|_| follows).and_then(decided_at);
        follows
    }

    /// The model, if it is what answers questions: where a part of it is in memory.
    pub(super) fn model(&self) -> Option<Arc<RwLock<P>>> {
        (!is_kept::<P>()).then(|| Arc::clone(&self.model))
    }

    /// Takes in a page of events, in order.
    pub(super) fn apply(&mut self, events: &[StoredEvent]) -> Result<(), Stopped> {
        let mut rest = events;
        while let Err(Fault { index, problem, stops }) = self.take_in(rest)? {
            let event = &rest[index];
            if !is_kept::<P>() {
                return Err(Stopped::Spoilt { position: event.position, problem, stops });
            }
            // What its method has left half done is gone; those before it are taken in once more.
            if let Err(fault) = self.take_in(&rest[..index])? {
                let problem = fault.problem;
                return Err(Stopped::Event(format!("a method fails at random: {problem}")));
            }
            if stops {
                return Err(Stopped::Event(problem));
            }
            tracing::error!(projection = P::NAME, problem, "an event was put aside");
            observe::parked(P::NAME);
            self.park(event, problem)?;
            rest = &rest[index + 1..];
        }
        Ok(())
    }

    /// Takes in all of these events or, if one cannot be taken, those before it as far as they are
    /// written; nothing is left of the others.
    fn take_in(&mut self, events: &[StoredEvent]) -> Result<Result<(), Fault>, Stopped> {
        // Some of them may be in the rows since the page was begun.
        let done = events.partition_point(|event| event.position <= self.checkpoint());
        let model = Arc::clone(&self.model);
        let mut model = model.write().unwrap_or_else(PoisonError::into_inner);
        let enough = self.space.enough();
        for (index, event) in events.iter().enumerate().skip(done) {
            if !self.left_out.contains(&event.position)
                && let Err(fault) = handle(&mut *model, event)
            {
                model.each(&mut |table| table.forget());
                // A row that could not be read may be why.
                self.space.place.check()?;
                return Ok(Err(Fault { index, ..fault }));
            }
            let mut changed = 0;
            model.each(&mut |table| changed += table.changed());
            if changed > enough || index + 1 == events.len() {
                match self.write(&mut model, event)? {
                    Ok(()) => {}
                    // Which event it was shows when each comes alone.
                    Err(_) if events.len() - done > 1 => {
                        drop(model);
                        return self.one_by_one(events);
                    }
                    Err(error) => {
                        let fault = Fault::failed::<P>(error.to_string());
                        return Ok(Err(Fault { index, ..fault }));
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    /// Writes what has changed, up to the event `last`; what has no encoding is forgotten.
    fn write(
        &mut self,
        model: &mut P,
        last: &StoredEvent,
    ) -> Result<Result<(), EncodeError>, Stopped> {
        let mut batch = self.space.batch(Some(last));
        let mut written = self.space.place.check().map_err(Stopped::Store).map(Ok);
        model.each(&mut |table| {
            if let Ok(Ok(())) = written {
                written = Ok(table.write(&mut batch));
            }
        });
        if let Ok(Ok(())) = written {
            written = self.commit(batch, last).map(Ok);
        }
        match written {
            Ok(Ok(())) => model.each(&mut |table| table.renew(&self.space.place)),
            _ => model.each(&mut |table| table.forget()),
        }
        written
    }

    fn one_by_one(&mut self, events: &[StoredEvent]) -> Result<Result<(), Fault>, Stopped> {
        for (index, event) in events.iter().enumerate() {
            if let Err(fault) = self.take_in(std::slice::from_ref(event))? {
                return Ok(Err(Fault { index, ..fault }));
            }
        }
        Ok(Ok(()))
    }

    fn park(&mut self, event: &StoredEvent, problem: String) -> Result<(), Stopped> {
        let unreadable = |error| Stopped::Event(unreadable(event, &error));
        let envelope = event.envelope().map_err(unreadable)?;
        let parked = Parked {
            cid: event.cid,
            event_type: envelope.event_type.to_owned(),
            aggregate: envelope.aggregate.to_owned(),
            id: envelope.id.to_owned(),
            problem,
        };
        let mut batch = self.space.batch(Some(event));
        // All of it are texts and a CID, which have an encoding.
        let row = cbor::to_vec(&parked).map_err(|error| Stopped::Event(error.to_string()))?;
        batch.put(PARKED, event.position.to_be_bytes().to_vec(), row);
        self.commit(batch, event)?;
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        model.each(&mut |table| table.renew(&self.space.place));
        Ok(())
    }

    fn commit(&mut self, batch: RowBatch, last: &StoredEvent) -> Result<(), Stopped> {
        self.space.commit(batch, Some(last))?;
        self.at = decided_at(last);
        Ok(())
    }
}

pub(crate) fn decided_at(event: &StoredEvent) -> Option<Timestamp> {
    event.envelope().ok().map(|envelope| envelope.at)
}

/// Hands an event to the model. A panic is a failure like any other: what it left half done is
/// forgotten.
fn handle<P: TableProjection>(model: &mut P, event: &StoredEvent) -> Result<(), Fault> {
    let at = |problem: &dyn std::fmt::Display| format!("event {}: {problem}", event.position);
    let unreadable = |problem: &dyn std::fmt::Display| Fault {
        index: 0,
        problem: unreadable(event, problem),
        stops: true,
    };
    let envelope = event.envelope().map_err(|error| unreadable(&error))?;
    let mut incoming = Incoming::new(event, &envelope);
    let handled = catch_unwind(AssertUnwindSafe(|| {
        model.handle(&mut incoming);
        if const { takes_what_is_left(P::LISTENS) } && incoming.offer_again() {
            model.handle(&mut incoming);
        }
    }));
    match (handled, incoming.fate()) {
        (Err(panic), _) => Err(Fault::failed::<P>(at(&format!("it panicked: {}", said(&*panic))))),
        (Ok(()), Fate::Passed | Fate::Handled) => Ok(()),
        (Ok(()), Fate::Unreadable(problem)) => Err(unreadable(&problem)),
        (Ok(()), Fate::Failed(problem)) => Err(Fault::failed::<P>(at(&problem))),
    }
}

/// Whether a method takes whatever no other one takes.
pub(crate) const fn takes_what_is_left(listens: &[Listened]) -> bool {
    let mut i = 0;
    while i < listens.len() {
        if listens[i].is_what_is_left() {
            return true;
        }
        i += 1;
    }
    false
}

pub(crate) fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

/// The sentence about an event that is none for this program.
pub(crate) fn unreadable(event: &StoredEvent, problem: &dyn std::fmt::Display) -> String {
    format!("event {} cannot be read: {problem}", event.position)
}
