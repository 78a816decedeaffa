//! Events into rows: the part that does not wait for events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use super::incoming::{Fate, Incoming};
use super::serving::Serving;
use super::status::Parked;
use super::{OnFailure, Projection, is_kept};
use crate::cbor;
use crate::cid::EventCid;
use crate::envelope::Envelope;
use crate::rows::{Place, RowBatch, RowStore};
use crate::store::{StoreError, StoredEvent};

/// The table of events that were put aside. No field of a struct has this name.
pub(super) const PARKED: &str = "-parked";

/// The table with the CID of the last event that is in the rows.
const LAST: &str = "-last";

/// One generation of a projection's rows, and who writes it.
pub(super) struct Worker<P> {
    rows: Arc<dyn RowStore>,
    space: String,
    model: Arc<RwLock<P>>,
    place: Place,
    checkpoint: u64,
    /// The event at the checkpoint.
    last: Option<EventCid>,
    /// Events that a model in memory is made without, as they make it fail.
    left_out: Vec<u64>,
}

/// What came of a page of events.
pub(super) enum Applied {
    /// All of it is in the rows.
    Whole,
    /// The model is empty again, and has to be given all events once more: it is in memory, and a
    /// method has failed halfway.
    StartAgain,
}

/// Why a projection does nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stopped {
    /// An event cannot be read, or a method has failed and the projection stops then.
    Event(String),
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
}

impl<P: Projection> Worker<P> {
    /// Whoever writes the rows of `space`.
    pub(super) fn open(rows: Arc<dyn RowStore>, space: String) -> Result<Self, StoreError> {
        let view = rows.view(&space)?;
        let checkpoint = view.checkpoint()?;
        let last = view.row(LAST, &[])?.and_then(|cid| EventCid::from_bytes(&cid).ok());
        let place = Place::new(view);
        let model = Arc::new(RwLock::new(P::open(&place)));
        Ok(Self { rows, space, model, place, checkpoint, last, left_out: Vec::new() })
    }

    /// The position of the last event that is in the rows.
    pub(super) fn checkpoint(&self) -> u64 {
        self.checkpoint
    }

    /// Whether the rows are made from this store's events: its event at the checkpoint is the one
    /// that was taken in last.
    pub(super) fn follows(&self, at_checkpoint: Option<&StoredEvent>) -> bool {
        let found = at_checkpoint.filter(|event| event.position == self.checkpoint);
        self.checkpoint == 0 || found.map(|event| event.cid) == self.last
    }

    /// What answers questions: the model itself, if it is in memory, else its rows.
    pub(super) fn serving(&self) -> Serving<P> {
        let model = (!is_kept::<P>()).then(|| Arc::clone(&self.model));
        Serving { rows: Arc::clone(&self.rows), space: self.space.clone(), model }
    }

    /// Takes in a page of events, in order.
    pub(super) fn apply(&mut self, events: &[StoredEvent]) -> Result<Applied, Stopped> {
        let mut rest = events;
        while let Err(Fault { index, problem }) = self.take_in(rest)? {
            let event = &rest[index];
            if P::ON_FAILURE == OnFailure::Stop {
                return Err(Stopped::Event(format!("event {}: {problem}", event.position)));
            }
            tracing::error!(
                projection = P::NAME,
                position = event.position,
                problem,
                "an event was put aside"
            );
            if !is_kept::<P>() {
                self.left_out.push(event.position);
                self.rows.clear(&self.space)?;
                self.start_again()?;
                return Ok(Applied::StartAgain);
            }
            // What its method has left half done is gone; those before it are taken in once more.
            if let Err(fault) = self.take_in(&rest[..index])? {
                let problem = fault.problem;
                return Err(Stopped::Event(format!("a method fails at random: {problem}")));
            }
            self.park(event, problem)?;
            rest = &rest[index + 1..];
        }
        Ok(Applied::Whole)
    }

    /// Takes in all of these events or, if a method fails at one, none.
    fn take_in(&mut self, events: &[StoredEvent]) -> Result<Result<(), Fault>, Stopped> {
        let Some(last) = events.last() else { return Ok(Ok(())) };
        // Some of them may be in the rows since the page was begun.
        let done = events.partition_point(|event| event.position <= self.checkpoint);
        let model = Arc::clone(&self.model);
        let mut model = model.write().unwrap_or_else(PoisonError::into_inner);
        for (index, event) in events.iter().enumerate().skip(done) {
            if self.left_out.contains(&event.position) {
                continue;
            }
            let envelope = event.envelope().map_err(|error| unreadable(event, &error))?;
            match handle(&mut *model, event, &envelope) {
                Fate::Passed | Fate::Handled => {}
                Fate::Unreadable(problem) => return Err(unreadable(event, &problem)),
                Fate::Failed(problem) => {
                    model.each(&mut |table| table.forget());
                    // A row that could not be read may be why.
                    self.place.check()?;
                    return Ok(Err(Fault { index, problem }));
                }
            }
        }
        if done == events.len() {
            return Ok(Ok(()));
        }
        let mut batch = RowBatch::new(self.checkpoint, last.position);
        let mut written = Ok(());
        model.each(&mut |table| {
            if written.is_ok() {
                written = table.write(&mut batch);
            }
        });
        if let Err(error) = self.place.check() {
            model.each(&mut |table| table.forget());
            return Err(error.into());
        }
        if let Err(error) = written {
            model.each(&mut |table| table.forget());
            // Which event it was shows when each comes alone.
            return match events {
                [_] => Ok(Err(Fault { index: 0, problem: error.to_string() })),
                _ => {
                    drop(model);
                    self.one_by_one(events)
                }
            };
        }
        let committed = self.commit(batch, last);
        committed.inspect_err(|_| model.each(&mut |table| table.forget()))?;
        model.each(&mut |table| table.renew(&self.place));
        Ok(Ok(()))
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
        let envelope = event.envelope().map_err(|error| unreadable(event, &error))?;
        let parked = Parked {
            cid: event.cid,
            event_type: envelope.event_type.to_owned(),
            aggregate: envelope.aggregate.to_owned(),
            id: envelope.id.to_owned(),
            problem,
        };
        let mut batch = RowBatch::new(self.checkpoint, event.position);
        // All of it are texts and a CID, which have an encoding.
        let row = cbor::to_vec(&parked).map_err(|error| Stopped::Event(error.to_string()))?;
        batch.put(PARKED, event.position.to_be_bytes().to_vec(), row);
        self.commit(batch, event)?;
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        model.each(&mut |table| table.renew(&self.place));
        Ok(())
    }

    fn commit(&mut self, mut batch: RowBatch, last: &StoredEvent) -> Result<(), Stopped> {
        batch.put(LAST, Vec::new(), last.cid.to_bytes().to_vec());
        self.rows.commit(&self.space, batch)?;
        (self.checkpoint, self.last) = (last.position, Some(last.cid));
        self.place = Place::new(self.rows.view(&self.space)?);
        Ok(())
    }

    fn start_again(&mut self) -> Result<(), StoreError> {
        self.place = Place::new(self.rows.view(&self.space)?);
        (self.checkpoint, self.last) = (0, None);
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        *model = P::open(&self.place);
        Ok(())
    }
}

/// Hands an event to the model. A panic is a failure like any other: what it left half done is
/// forgotten.
fn handle<P: Projection>(model: &mut P, event: &StoredEvent, envelope: &Envelope<'_>) -> Fate {
    let mut incoming = Incoming::new(event, envelope);
    let handled = catch_unwind(AssertUnwindSafe(|| model.handle(&mut incoming)));
    match handled {
        Ok(()) => incoming.fate(),
        Err(panic) => Fate::Failed(format!("it panicked: {}", said(&*panic))),
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

fn unreadable(event: &StoredEvent, problem: &dyn std::fmt::Display) -> Stopped {
    Stopped::Event(format!("event {} cannot be read: {problem}", event.position))
}
