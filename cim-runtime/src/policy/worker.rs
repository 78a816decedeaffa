//! Events into commands: the part that waits for nobody but its rows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use super::books::Books;
use super::dead::DeadLetter;
use super::plan::{Letter, Plan, Planned, Reacting};
use super::{OnFailure, Policy};
use crate::cid::EventCid;
use crate::envelope::Envelope;
use crate::projection::{Fate, Stopped, said, unreadable};
use crate::rows::{Place, RowBatch, RowStore};
use crate::store::{StoreError, StoredEvent};

/// The table with the CID of the last event that was taken.
const LAST: &str = "-last";

/// A policy with all that it keeps, and who writes it.
pub(super) struct Worker<P> {
    rows: Arc<dyn RowStore>,
    policy: P,
    pub(super) books: Books,
    place: Place,
    checkpoint: u64,
    last: Option<EventCid>,
}

/// What came of the first events of a page. Nothing of it is written yet.
pub(super) struct Taken {
    /// How many events they are.
    pub(super) events: usize,
    /// The commands that are due now, in order.
    pub(super) letters: Vec<Letter>,
    /// The event after them, if the policy has failed at it.
    pub(super) failed: Option<String>,
}

impl<P: Policy> Worker<P> {
    pub(super) fn open(rows: Arc<dyn RowStore>) -> Result<Self, StoreError> {
        let view = rows.view(&space::<P>())?;
        let checkpoint = view.checkpoint()?;
        let last = view.row(LAST, &[])?.and_then(|cid| EventCid::from_bytes(&cid).ok());
        let place = Place::new(view);
        let (policy, books) = (P::open(&place), Books::open(&place));
        Ok(Self { rows, policy, books, place, checkpoint, last })
    }

    /// The position of the last event that was taken.
    pub(super) fn checkpoint(&self) -> u64 {
        self.checkpoint
    }

    /// Whether what it keeps is made from this store's events.
    pub(super) fn follows(&self, at_checkpoint: Option<&StoredEvent>) -> bool {
        let found = at_checkpoint.filter(|event| event.position == self.checkpoint);
        self.checkpoint == 0 || self.last.is_none() || found.map(|event| event.cid) == self.last
    }

    /// Takes events, up to one at which the policy fails.
    pub(super) fn take_in(
        &mut self,
        events: &[StoredEvent],
        now: Timestamp,
    ) -> Result<Taken, Stopped> {
        let (index, problem) = match self.try_take_in(events, now)? {
            Ok(letters) => return Ok(Taken { events: events.len(), letters, failed: None }),
            Err(failed) => failed,
        };
        if P::ON_FAILURE == OnFailure::Stop {
            let position = events[index].position;
            return Err(Stopped::Event(format!("event {position}: {problem}")));
        }
        // What its method has left half done is gone; those before it are taken once more.
        match self.try_take_in(&events[..index], now)? {
            Ok(letters) => Ok(Taken { events: index, letters, failed: Some(problem) }),
            Err((_, problem)) => {
                Err(Stopped::Event(format!("a method fails at random: {problem}")))
            }
        }
    }

    /// The letters of all of these events or, if the policy fails at one, which and why; then
    /// nothing is left of any.
    fn try_take_in(
        &mut self,
        events: &[StoredEvent],
        now: Timestamp,
    ) -> Result<Result<Vec<Letter>, (usize, String)>, Stopped> {
        let mut letters = Vec::new();
        for (index, event) in events.iter().enumerate() {
            let envelope =
                event.envelope().map_err(|error| Stopped::Event(unreadable(event, &error)))?;
            let (fate, plan) = react(&mut self.policy, event, &envelope);
            match fate {
                Fate::Passed => {}
                Fate::Handled => self.plan(plan, now, &mut letters),
                Fate::Unreadable(problem) => {
                    return Err(Stopped::Event(unreadable(event, &problem)));
                }
                Fate::Failed(problem) => {
                    self.forget();
                    // A row that could not be read may be why.
                    self.place.check()?;
                    return Ok(Err((index, problem)));
                }
            }
        }
        if let Err(error) = self.place.check() {
            self.forget();
            return Err(error.into());
        }
        Ok(Ok(letters))
    }

    fn plan(&mut self, plan: Plan, now: Timestamp, letters: &mut Vec<Letter>) {
        for step in plan.steps {
            match step {
                Planned::Send(letter, Some(time)) if time > now => self.books.keep(time, letter),
                Planned::Send(letter, _) => letters.push(letter),
                Planned::Cancel(name) => self.books.cancel(&name),
            }
        }
    }

    /// Puts an event aside at which the policy has failed.
    pub(super) fn park(&mut self, event: &StoredEvent, reason: String) -> Result<(), Stopped> {
        let envelope =
            event.envelope().map_err(|error| Stopped::Event(unreadable(event, &error)))?;
        let event_type = Some(envelope.event_type.to_owned());
        let dead = DeadLetter { reason, event: event.cid, event_type, letter: None };
        self.books.bury(event.position, 0, dead);
        Ok(())
    }

    /// Writes everything down; `last` is the last event that was taken, if one was.
    pub(super) fn commit(&mut self, last: Option<&StoredEvent>) -> Result<(), Stopped> {
        if let Err(error) = self.place.check() {
            self.forget();
            return Err(error.into());
        }
        let to = last.map_or(self.checkpoint, |event| event.position);
        let mut batch = RowBatch::new(self.checkpoint, to);
        if let Some(last) = last {
            batch.put(LAST, Vec::new(), last.cid.to_bytes().to_vec());
        }
        let mut written = self.books.write(&mut batch);
        self.policy.each(&mut |table| {
            if written.is_ok() {
                written = table.write(&mut batch);
            }
        });
        if let Err(error) = written {
            self.forget();
            return Err(Stopped::Event(format!("what the policy keeps has no encoding: {error}")));
        }
        if let Err(error) = self.rows.commit(&space::<P>(), batch) {
            self.forget();
            return Err(error.into());
        }
        self.checkpoint = to;
        self.last = last.map(|event| event.cid).or(self.last);
        self.place = Place::new(self.rows.view(&space::<P>())?);
        self.books.renew(&self.place);
        self.policy.each(&mut |table| table.renew(&self.place));
        Ok(())
    }

    /// Begins behind this event, having taken none.
    pub(super) fn begin_behind(&mut self, event: &StoredEvent) -> Result<(), Stopped> {
        self.commit(Some(event))
    }

    fn forget(&mut self) {
        self.books.forget();
        self.policy.each(&mut |table| table.forget());
    }
}

/// The space of a policy's rows.
pub(super) fn space<P: Policy>() -> String {
    format!("policy.{}", P::NAME)
}

/// Hands an event to the policy. A panic is a failure like any other.
fn react<P: Policy>(policy: &mut P, event: &StoredEvent, envelope: &Envelope<'_>) -> (Fate, Plan) {
    let mut reacting = Reacting::new(event, envelope);
    let reacted = catch_unwind(AssertUnwindSafe(|| policy.react(&mut reacting)));
    let (fate, plan) = reacting.end();
    match reacted {
        Ok(()) => (fate, plan),
        Err(panic) => (Fate::Failed(format!("it panicked: {}", said(&*panic))), plan),
    }
}
