//! The test kit: given these events, when this command, then those events; and likewise for policies,
//! which answer with commands, and for projections, which have rows and answers.
//!
//! No store and no async. Every event passes through its stored bytes, and every command is decided
//! twice: a decision that depends on a clock, on chance or on the order of a hash map does not come
//! to the same bytes, and fails the test.

#[cfg(any(feature = "black-box", feature = "proptest", feature = "stateright"))]
#[cfg_attr(
    not(all(feature = "black-box", feature = "proptest", feature = "stateright")),
    allow(dead_code, reason = "each of the three uses a part of it")
)]
mod any_command;
#[cfg(feature = "black-box")]
mod black_box;
mod command_in;
mod deciding;
mod faults;
mod happened;
mod into_events;
#[cfg(feature = "stateright")]
mod model;
mod outcome;
mod policies;
mod projections;
mod round_trip;
mod sample;
mod simulation;
mod tables;
#[cfg(any(feature = "proptest", feature = "stateright"))]
#[cfg_attr(
    not(all(feature = "black-box", feature = "proptest", feature = "stateright")),
    allow(dead_code, reason = "each of the three uses a part of it")
)]
mod walker;
#[cfg(feature = "proptest")]
mod walks;

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::Sections;
use crate::commit::Commit;
use crate::context::Context;
use crate::engine::{Live, Message};
use crate::id::DomainId;
use crate::machine::{Aggregate, Handles, InOneAggregate};
use crate::store::StoredEvent;
use command_in::CommandIn;
use round_trip::{Checked, event_round_trip, hold, must, round_trip, told};

#[cfg(feature = "proptest")]
pub use ::proptest;
#[cfg(feature = "stateright")]
pub use ::stateright;
#[cfg(feature = "black-box")]
pub use black_box::BlackBox;
pub use faults::{Fault, Faults};
pub use happened::{AnyEvent, Happened, Happens, IntoHistory};
pub use into_events::IntoEvents;
#[cfg(feature = "stateright")]
pub use model::{MachineModel, ModelCommand, ModelState, Modelled};
pub use outcome::Outcome;
pub use policies::{GivenPolicy, OneEvent, PolicyOutcome, PolicyScenario};
pub use projections::{GivenProjection, ProjectionScenario};
pub use simulation::Simulation;
#[cfg(feature = "proptest")]
pub use walks::{Coverage, Walk, Walks};

/// 2026-01-01T00:00:00Z, the time of every test that sets no other.
const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// The number of the first command, which is not that of an event before it.
const COMMAND: u128 = 1 << 64;

/// Starts a test of an aggregate's decisions; in scope with the prelude, for every aggregate.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
///
/// Door::given(()).when(OpenDoor).then(DoorOpened);
/// Door::given(DoorOpened).when(OpenDoor).then_not_now();
/// ```
pub trait Given: Aggregate {
    /// An aggregate to which these events have happened: one event, a tuple of them, an array or a
    /// vector.
    ///
    /// # Panics
    ///
    /// When the machine has no row for one of them, or its stored bytes do not read back as it.
    #[track_caller]
    fn given(events: impl IntoEvents<Self::Event>) -> Scenario<Self> {
        Scenario::new(events.into_events())
    }
}

impl<A: Aggregate> Given for A {}

/// What has happened, and who asks for more. A story that goes on in two ways is cloned.
#[derive(Debug)]
pub struct Scenario<A: Aggregate> {
    history: Vec<A::Event>,
    id: A::Id,
    actor: Actor,
    now: Timestamp,
}

// A derive would ask for aggregates that can be cloned, of which there is none in it.
impl<A: Aggregate> Clone for Scenario<A> {
    fn clone(&self) -> Self {
        let Self { history, id, actor, now } = self;
        Self { history: history.clone(), id: id.clone(), actor: actor.clone(), now: *now }
    }
}

impl<A: Aggregate> Scenario<A> {
    #[track_caller]
    fn new(history: Vec<A::Event>) -> Self {
        let id = hold(some_id());
        let scenario = Self { history, id, actor: Actor::default(), now: NOW };
        scenario.live();
        scenario
    }

    /// The aggregate has this id, and not some example.
    #[must_use]
    pub fn with_id(self, id: A::Id) -> Self {
        Self { id, ..self }
    }

    /// The command is sent on behalf of `actor`.
    #[must_use]
    pub fn acting_as(self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), ..self }
    }

    /// The command is sent at `now`, and not on the first of January 2026.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The aggregate is in this state.
    ///
    /// # Panics
    ///
    /// When it is in another.
    #[track_caller]
    pub fn then_state(self, state: A::State) -> Self {
        self.then_state_of::<A>(state)
    }

    /// A region of the aggregate is in this state: `then_state_of::<Skills>(SkillsState::Known)`.
    ///
    /// # Panics
    ///
    /// When it is in another.
    #[track_caller]
    pub fn then_state_of<M: InOneAggregate<Owner = A>>(self, state: M::State) -> Self {
        let found = self.live().state_of::<M>();
        assert_eq!(found, state, "the state of `{}` after these events", M::MACHINE.name);
        self
    }

    /// The same, after more events.
    #[track_caller]
    fn and(mut self, events: Vec<A::Event>) -> Self {
        self.history.extend(events);
        self.live();
        self
    }

    /// What a decision is given here, for calling a method of the machine by hand.
    #[track_caller]
    pub fn context(&self) -> Context<A> {
        let mut context = self.live().into_context();
        let message = self.message(self.command_number());
        context.begin(message.command_id, message.now, &message.actor);
        context
    }

    /// Decides `command`, twice.
    ///
    /// # Panics
    ///
    /// When the two decisions differ.
    #[track_caller]
    pub fn when<C>(self, command: C) -> Outcome<A, C::Of>
    where
        C: CommandIn<A>,
    {
        hold(round_trip(C::NAME, &command));
        let message = self.message(self.command_number());
        let mut live = self.live();
        let command = C::Of::COMMAND(command);
        let first = deciding::decide::<A, C::Of>(&mut live, command.clone(), &message);
        let again = deciding::decide::<A, C::Of>(&mut self.live(), command, &message);
        let decided = hold(deciding::same(C::NAME, hold(first), hold(again)));
        let result = decided.answer.map_err(|rejection| live.rejected(C::NAME, rejection));
        Outcome::new(C::NAME, self, result)
    }

    /// The aggregate after the history, which is replayed from its stored bytes event by event.
    #[track_caller]
    fn live(&self) -> Live<A> {
        let mut live: Live<A> = must(Live::new(&self.id), "the id");
        for (number, event) in (1..).zip(&self.history) {
            hold(event_round_trip(event));
            let message = self.message(number);
            let commit = must(live.commit(std::slice::from_ref(event), &message), "the events");
            replay(&mut live, &commit);
        }
        live
    }

    /// The number of the next command: another one after each event, so that two commands of one
    /// story take other ids.
    fn command_number(&self) -> u128 {
        COMMAND + self.history.len() as u128
    }

    fn message(&self, number: u128) -> Message {
        Message {
            command_id: Uuid::from_u128(number),
            repeatable: false,
            actor: self.actor.clone(),
            now: self.now,
            cause: None,
        }
    }
}

/// Some id, for a test that does not care which.
fn some_id<I: DomainId>() -> Checked<I> {
    "example".parse().or_else(|_| told(sample::of(0), "an id"))
}

/// Folds a commit from its bytes, as loading does.
#[track_caller]
fn replay<A: Aggregate>(live: &mut Live<A>, commit: &Commit) {
    let events = hold(stored(commit));
    must(live.replay(&events), "the given events");
}

/// The events of a commit, as a store gives them back.
fn stored(commit: &Commit) -> Checked<Vec<StoredEvent>> {
    let sections = (commit.expected() + 1..).zip(Sections::new(commit.sections().clone()));
    let events = sections.map(|(position, section)| {
        let (cid, block) = told(section, "the stored bytes")?;
        Ok(StoredEvent { position, cid, block })
    });
    events.collect()
}
