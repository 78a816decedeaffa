//! Events into commands: the part that waits for nobody but its rows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;

use super::books::Books;
use super::dead::DeadLetter;
use super::effect::Job;
use super::plan::{Letter, Plan, Planned, Reacting};
use super::refused::{KeptRefusal, Refusing};
use super::{OnFailure, Policy, Route};
use crate::envelope::Envelope;
use crate::projection::{Fate, Stopped, said, unreadable};
use crate::rows::{RowStore, SpaceWriter};
use crate::settings::AnySettings;
use crate::store::{StoreError, StoredEvent};

/// How many commands whose time has come are sent between two transactions, where rows have no limit.
const DUE_AT_ONCE: usize = 1024;

/// How many rows change beside the commands of an answer, at most: its job or its refusal, what
/// became of it, the outcome that is dropped for it, and the checkpoint.
const BESIDE: usize = 5;

/// A policy with all that it keeps, and who writes it.
pub(super) struct Worker<P> {
    space: SpaceWriter,
    policy: P,
    pub(super) books: Books,
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

/// What came of taking events in order.
enum Attempt {
    Took(Taken),
    /// The policy fails at the event of this index, for this reason, and nothing is left of any.
    FailedAt(usize, String),
}

impl<P: Policy> Worker<P> {
    pub(super) fn open(
        rows: Arc<dyn RowStore>,
        settings: Option<AnySettings>,
    ) -> Result<Self, StoreError> {
        let space = SpaceWriter::open(rows, space::<P>())?;
        let policy = P::open(&space.place.with_settings(settings));
        let books = Books::open(&space.place);
        Ok(Self { space, policy, books })
    }

    /// Why its rows cannot be gone on with, if another program has written them in another form.
    pub(super) fn reshaped(&self) -> Option<String> {
        let tables = self.books.reshaped(P::TABLES, &self.space.place);
        if tables.is_empty() {
            return None;
        }
        Some(format!(
            "another program has written its rows, in tables that this one has not, or has with other \
             keys or rows: `{}`. Give those tables their old names and types, and what is new a table \
             of its own; or remove the rows of `{}` to have all events taken again (commands that were \
             taken are not taken twice)",
            tables.join("`, `"),
            self.space.space
        ))
    }

    /// The position of the last event that was taken.
    pub(super) fn checkpoint(&self) -> u64 {
        self.space.checkpoint()
    }

    /// How many commands whose time has come are sent between two transactions, at most: each may
    /// change two rows, and two more when it has to wait again.
    pub(super) fn due_at_once(&self) -> usize {
        DUE_AT_ONCE.min(self.space.enough() / 2)
    }

    /// Whether what it keeps is made from the events of this store, of which this is the one at the
    /// checkpoint.
    pub(super) fn follows(&self, at_checkpoint: Option<&StoredEvent>) -> bool {
        self.space.follows(at_checkpoint)
    }

    /// Takes events, up to one at which the policy fails, or as many as fit into one transaction.
    pub(super) fn take_in(&mut self, events: &[StoredEvent]) -> Result<Taken, Stopped> {
        let (index, problem) = match self.try_take_in(events)? {
            Attempt::Took(taken) => return Ok(taken),
            Attempt::FailedAt(index, problem) => (index, problem),
        };
        if P::ON_FAILURE == OnFailure::Stop {
            let position = events[index].position;
            return Err(Stopped::Event(format!("event {position}: {problem}")));
        }
        // What its method has left half done is gone; those before it are taken once more.
        match self.try_take_in(&events[..index])? {
            Attempt::Took(taken) => {
                let failed = (taken.events == index).then_some(problem);
                Ok(Taken { failed, ..taken })
            }
            Attempt::FailedAt(_, problem) => {
                Err(Stopped::Event(format!("a method fails at random: {problem}")))
            }
        }
    }

    fn try_take_in(&mut self, events: &[StoredEvent]) -> Result<Attempt, Stopped> {
        let (mut taken, mut letters) = (0, Vec::new());
        for (index, event) in events.iter().enumerate() {
            let envelope =
                event.envelope().map_err(|error| Stopped::Event(unreadable(event, &error)))?;
            let (fate, plan) = react(&mut self.policy, event, &envelope);
            match fate {
                Fate::Passed => {}
                Fate::Handled => {
                    if plan.acts {
                        self.books.jobs.add(event.position, Job::of(event, &envelope));
                    }
                    self.plan(plan, &mut letters);
                }
                Fate::Unreadable(problem) => {
                    return Err(Stopped::Event(unreadable(event, &problem)));
                }
                Fate::Failed(problem) => {
                    self.forget();
                    // A row that could not be read may be why.
                    self.space.place.check()?;
                    return Ok(Attempt::FailedAt(index, problem));
                }
            }
            taken = index + 1;
            // A letter that cannot be sent is kept, which changes two rows.
            if self.changed() + 2 * letters.len() > self.space.enough() {
                break;
            }
        }
        if let Err(error) = self.space.place.check() {
            self.forget();
            return Err(error.into());
        }
        Ok(Attempt::Took(Taken { events: taken, letters, failed: None }))
    }

    fn plan(&mut self, plan: Plan, letters: &mut Vec<Letter>) {
        for step in plan.steps {
            if let Planned::Send(letter, _) = &step
                && let Some(key) = &letter.key
            {
                self.books.cancel(&letter.name(), Some(key));
            }
            match step {
                Planned::Send(letter, Some(time)) => self.books.keep(time, letter),
                Planned::Send(letter, None) => letters.push(letter),
                Planned::Cancel(name, key) => self.books.cancel(&name, key.as_deref()),
            }
        }
    }

    /// Has the first refused command answered to that waits for it, because of the event that has
    /// called for it. A method that fails is reported as the refusal would be.
    pub(super) fn answer_refusal(&mut self, cause: &StoredEvent) -> Result<(), Stopped> {
        let Some(kept) = self.books.take_refused() else { return Ok(()) };
        let envelope =
            cause.envelope().map_err(|error| Stopped::Event(unreadable(cause, &error)))?;
        let (fate, plan) = refuse(&mut self.policy, &kept, cause, &envelope);
        if let Err(error) = self.space.place.check() {
            self.forget();
            return Err(error.into());
        }
        let problem = match fate {
            Fate::Handled => match self.too_large(&plan) {
                None => {
                    self.keep(plan, kept.at);
                    return Ok(());
                }
                Some(problem) => format!("its `#[refused]` method has failed: {problem}"),
            },
            Fate::Failed(problem) => format!("its `#[refused]` method has failed: {problem}"),
            Fate::Unreadable(problem) => format!("it was kept by another program: {problem}"),
            Fate::Passed => "no method answers to its refusal any more".to_owned(),
        };
        // What the method has left half done does not count.
        self.forget();
        self.books.take_refused();
        let KeptRefusal { letter, refusal, .. } = kept;
        let reason = format!("{}; {problem}", refusal.said);
        self.books.bury_letter(reason, letter);
        Ok(())
    }

    /// Keeps what a plan calls for, also what is due now: it is sent when it was written down.
    pub(super) fn keep(&mut self, plan: Plan, now: Timestamp) {
        let mut letters = Vec::new();
        self.plan(plan, &mut letters);
        for letter in letters {
            self.books.keep(now, letter);
        }
    }

    /// Why a plan cannot be written down as one, if it cannot.
    pub(super) fn too_large(&self, plan: &Plan) -> Option<String> {
        let most = self.space.rows.most_rows().saturating_sub(BESIDE) / 2;
        let commands = plan.steps.len();
        (plan.rows() / 2 > most).then(|| {
            format!("it calls for {commands} commands, and {most} can be written down as one")
        })
    }

    /// Whether a plan finds room beside what has changed already.
    pub(super) fn has_room(&mut self, plan: &Plan) -> bool {
        let rows = self.changed().saturating_add(plan.rows()).saturating_add(BESIDE);
        rows <= self.space.rows.most_rows()
    }

    /// Whether so much has changed that it is to be written down.
    pub(super) fn is_full(&mut self) -> bool {
        self.changed() > self.space.enough()
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
        if let Err(error) = self.space.place.check() {
            self.forget();
            return Err(error.into());
        }
        self.books.note(P::TABLES);
        let mut batch = self.space.batch(last);
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
        if let Err(error) = self.space.commit(batch, last) {
            self.forget();
            return Err(error.into());
        }
        self.books.renew(&self.space.place);
        self.policy.each(&mut |table| table.renew(&self.space.place));
        Ok(())
    }

    /// Begins behind this event, having taken none.
    pub(super) fn begin_behind(&mut self, event: &StoredEvent) -> Result<(), Stopped> {
        self.commit(Some(event))
    }

    /// How many rows have changed since they were last written.
    fn changed(&mut self) -> usize {
        let mut changed = self.books.changed();
        self.policy.each(&mut |table| changed += table.changed());
        changed
    }

    fn forget(&mut self) {
        self.books.forget();
        self.policy.each(&mut |table| table.forget());
    }
}

/// What the names of policies' spaces begin with.
pub(super) const SPACES: &str = "policy.";

/// The space of a policy's rows.
pub(super) fn space<P: Policy>() -> String {
    space_of(P::NAME)
}

/// The space of the policy with this name.
pub(super) fn space_of(policy: &str) -> String {
    format!("{SPACES}{policy}")
}

/// Hands a refused command to the policy.
fn refuse<P: Policy>(
    policy: &mut P,
    kept: &KeptRefusal,
    cause: &StoredEvent,
    envelope: &Envelope<'_>,
) -> (Fate, Plan) {
    let mut refusing = Refusing::new(P::NAME, kept, cause, envelope);
    let refused = catch_unwind(AssertUnwindSafe(|| policy.refuse(&mut refusing)));
    ended(refused, refusing.end())
}

/// Hands an event to the policy.
pub(super) fn react<P: Policy>(
    policy: &mut P,
    event: &StoredEvent,
    envelope: &Envelope<'_>,
) -> (Fate, Plan) {
    let mut reacting = Reacting::new(P::NAME, event, envelope);
    let reacted = catch_unwind(AssertUnwindSafe(|| {
        policy.react(&mut reacting);
        if const { takes_what_is_left(P::ROUTES) } && reacting.offer_again() {
            policy.react(&mut reacting);
        }
    }));
    ended(reacted, reacting.end())
}

/// What came of a method. A panic is a failure like any other.
fn ended(done: std::thread::Result<()>, (fate, plan): (Fate, Plan)) -> (Fate, Plan) {
    match done {
        Ok(()) => (fate, plan),
        Err(panic) => (Fate::Failed(format!("it panicked: {}", said(&*panic))), plan),
    }
}

/// Whether a method takes whatever no other one takes.
const fn takes_what_is_left(routes: &[Route]) -> bool {
    let mut i = 0;
    while i < routes.len() {
        if routes[i].event.is_what_is_left() {
            return true;
        }
        i += 1;
    }
    false
}
