//! The test kit: given these events, when this command, then those events.
//!
//! No store and no async. Every event passes through its stored bytes, and every command is decided
//! twice: a decision that depends on a clock, on chance or on the order of a hash map does not come
//! to the same bytes, and fails the test.

mod command_in;
mod into_events;
mod outcome;
mod round_trip;

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::Sections;
use crate::commit::Commit;
use crate::context::Context;
use crate::engine::{Live, Message};
use crate::error::SendError;
use crate::id::DomainId;
use crate::machine::{Aggregate, Command, Handles, InOneAggregate, Machine};
use crate::store::StoredEvent;
use command_in::CommandIn;
use round_trip::{event_round_trip, must, round_trip};

pub use into_events::IntoEvents;
pub use outcome::Outcome;

/// 2026-01-01T00:00:00Z, the time of every test that sets no other.
const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// The number of the command, which is not that of an event before it.
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

/// What has happened, and who asks for more.
#[derive(Debug, Clone)]
pub struct Scenario<A: Aggregate> {
    history: Vec<A::Event>,
    id: A::Id,
    actor: Actor,
    now: Timestamp,
}

impl<A: Aggregate> Scenario<A> {
    #[track_caller]
    fn new(history: Vec<A::Event>) -> Self {
        let scenario = Self { history, id: A::Id::example(), actor: Actor::default(), now: NOW };
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
        let message = self.message(COMMAND);
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
        round_trip(C::NAME, &command);
        let (first, second) = (self.decide(command.clone()), self.decide(command));
        const PURE: &str = "a decision may depend on the aggregate, the command and `cx` alone, not \
                            on clocks, chance or the order of hash maps";
        if let (Ok(first), Ok(second)) = (&first.result, &second.result) {
            assert_eq!(
                first,
                second,
                "deciding `{}` twice came to different events: {PURE}",
                C::NAME
            );
        }
        assert!(
            first.commit == second.commit,
            "deciding `{}` twice came to different bytes: {PURE}",
            C::NAME
        );
        match (&first.result, &second.result) {
            (Ok(events), _) => events.iter().for_each(event_round_trip),
            (Err(SendError::Refused(first)), Err(SendError::Refused(second))) => {
                assert_eq!(
                    first,
                    second,
                    "deciding `{}` twice came to different refusals: {PURE}",
                    C::NAME
                );
                round_trip(&format!("{first:?}"), first);
            }
            _ => {}
        }
        Outcome::new(C::NAME, self, first.result)
    }

    #[track_caller]
    fn decide<C>(&self, command: C) -> Decided<A, C::Of>
    where
        C: Command<Of: Handles<C> + InOneAggregate<Owner = A>>,
    {
        let mut live = self.live();
        let message = self.message(COMMAND);
        let events = match live.decide(command, &message) {
            Ok(events) => events,
            Err(error) => return Decided { result: Err(error), commit: None },
        };
        let events = events.as_slice();
        let commit = (!events.is_empty()).then(|| commit(&live, events, &message));
        Decided { result: Ok(events.to_vec()), commit }
    }

    /// The aggregate after the history, which is replayed from its stored bytes event by event.
    #[track_caller]
    fn live(&self) -> Live<A> {
        let mut live = must(Live::new(&self.id), "the id");
        for (number, event) in (1..).zip(&self.history) {
            event_round_trip(event);
            let commit = commit(&live, std::slice::from_ref(event), &self.message(number));
            replay(&mut live, &commit);
        }
        live
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

/// One of the two decisions of a command, and the bytes it came to.
struct Decided<A: Aggregate, M: Machine> {
    result: Result<Vec<A::Event>, SendError<M>>,
    commit: Option<Commit>,
}

#[track_caller]
fn commit<A: Aggregate>(live: &Live<A>, events: &[A::Event], message: &Message) -> Commit {
    must(live.commit(events, message), "the events")
}

/// Folds a commit from its bytes, as loading does.
#[track_caller]
fn replay<A: Aggregate>(live: &mut Live<A>, commit: &Commit) {
    let sections = Sections::new(commit.sections().clone());
    for (position, section) in (1..).zip(sections) {
        let (cid, block) = must(section, "the stored bytes");
        let event = StoredEvent { position, cid, block };
        must(live.replay(&[event]), "the given events");
    }
}
