//! The test kit: given these events, when this command, then those events.
//!
//! No store and no async. Every event passes through its stored bytes, and every command is decided
//! twice: a decision that depends on a clock, on chance or on the order of a hash map does not come
//! to the same bytes, and fails the test.

use std::fmt::Debug;

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::cbor::{self, Decoder, Encoder, Value};
use crate::commit::Commit;
use crate::context::Context;
use crate::engine::{Live, Message};
use crate::error::SendError;
use crate::event::EventSet;
use crate::id::DomainId;
use crate::machine::{Aggregate, Command, Handles};
use crate::store::StoredEvent;

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

/// Events of one machine, in any of the forms that tests write.
pub trait IntoEvents<E> {
    /// The events, in order.
    fn into_events(self) -> Vec<E>;
}

impl<E> IntoEvents<E> for () {
    fn into_events(self) -> Vec<E> {
        Vec::new()
    }
}

impl<E, T: Into<E>, const N: usize> IntoEvents<E> for [T; N] {
    fn into_events(self) -> Vec<E> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<E, T: Into<E>> IntoEvents<E> for Vec<T> {
    fn into_events(self) -> Vec<E> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<E, T: crate::event::Event + Into<E>> IntoEvents<E> for T {
    fn into_events(self) -> Vec<E> {
        vec![self.into()]
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),*) => {
        impl<Set, $($name: Into<Set>),*> IntoEvents<Set> for ($($name,)*) {
            fn into_events(self) -> Vec<Set> {
                vec![$(self.$index.into()),*]
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

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
    pub fn acting_as(self, actor: &str) -> Self {
        Self { actor: Actor::new(actor), ..self }
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
        assert_eq!(self.live().state(), state, "the state after the given events");
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
    pub fn when<C>(self, command: C) -> Outcome<A>
    where
        A: Handles<C>,
        C: Command<Of = A>,
    {
        round_trip(C::NAME, &command);
        let (first, second) = (self.decide(command.clone()), self.decide(command));
        assert_eq!(
            first.commit,
            second.commit,
            "deciding `{}` twice came to different bytes: a decision may depend on the aggregate, \
             the command and `cx` alone, not on clocks, chance or the order of hash maps",
            C::NAME
        );
        match (&first.result, &second.result) {
            (Ok(events), _) => events.iter().for_each(event_round_trip),
            (Err(SendError::Refused(first)), Err(SendError::Refused(second))) => {
                assert_eq!(
                    first,
                    second,
                    "deciding `{}` twice came to different refusals: a decision may depend on the \
                     aggregate, the command and `cx` alone",
                    C::NAME
                );
                round_trip(&format!("{first:?}"), first);
            }
            _ => {}
        }
        Outcome { command: C::NAME, result: first.result }
    }

    #[track_caller]
    fn decide<C>(&self, command: C) -> Decided<A>
    where
        A: Handles<C>,
        C: Command<Of = A>,
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
        let mut live = Live::new(&self.id).unwrap_or_else(|error| panic!("{error}"));
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
struct Decided<A: Aggregate> {
    result: Result<Vec<A::Event>, SendError<A>>,
    commit: Option<Commit>,
}

/// How a command ended.
#[derive(Debug)]
#[must_use = "say what should have happened, with one of the `then` methods"]
pub struct Outcome<A: Aggregate> {
    command: &'static str,
    result: Result<Vec<A::Event>, SendError<A>>,
}

impl<A: Aggregate> Outcome<A> {
    /// The command brought these events about, in this order.
    ///
    /// # Panics
    ///
    /// When it brought others, or was refused.
    #[track_caller]
    pub fn then(self, events: impl IntoEvents<A::Event>) {
        let command = self.command;
        let found = self.result.unwrap_or_else(|error| panic!("`{command}`: {error}"));
        assert_eq!(found, events.into_events(), "the events of `{command}`");
    }

    /// The command was accepted, and nothing happened.
    ///
    /// # Panics
    ///
    /// When something did, or it was refused.
    #[track_caller]
    pub fn then_nothing(self) {
        self.then(());
    }

    /// The aggregate's rules said no, with this reason.
    ///
    /// # Panics
    ///
    /// When the command was accepted, or refused for another reason.
    #[track_caller]
    pub fn then_refused(self, refusal: A::Refusal) {
        let command = self.command;
        match self.result {
            Err(SendError::Refused(found)) => {
                assert_eq!(found, refusal, "why `{command}` is refused")
            }
            other => {
                panic!("`{command}` should be refused with {refusal:?}, and was {}", ended(&other))
            }
        }
    }

    /// The state takes no such command.
    ///
    /// # Panics
    ///
    /// When it does.
    #[track_caller]
    pub fn then_not_now(self) {
        let command = self.command;
        match self.result {
            Err(SendError::NotNow { .. }) => {}
            other => {
                panic!("`{command}` should not be taken in this state, and was {}", ended(&other))
            }
        }
    }
}

fn ended<A: Aggregate>(result: &Result<Vec<A::Event>, SendError<A>>) -> String {
    match result {
        Ok(events) => format!("answered with {events:?}"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn commit<A: Aggregate>(live: &Live<A>, events: &[A::Event], message: &Message) -> Commit {
    live.commit(events, message).unwrap_or_else(|error| panic!("{error}"))
}

/// Folds a commit from its bytes, as loading does.
#[track_caller]
fn replay<A: Aggregate>(live: &mut Live<A>, commit: &Commit) {
    let sections = crate::car::Sections::new(commit.sections().clone());
    for (position, section) in (1..).zip(sections) {
        let (cid, block) = section.unwrap_or_else(|error| panic!("{error}"));
        let event = StoredEvent { position, cid, block };
        live.replay(&[event]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[track_caller]
fn event_round_trip<E: EventSet>(event: &E) {
    let kind = event.kind();
    let bytes = encoded(kind.name, |to| event.encode(to));
    let mut from = Decoder::new(&bytes);
    match E::decode(kind.name, kind.schema, &mut from) {
        Some(Ok(read)) => assert_eq!(read, *event, "`{}` read back from its bytes", kind.name),
        Some(Err(error)) => panic!("`{}` cannot be read back from its bytes: {error}", kind.name),
        None => panic!("`{}` is written under a name that the machine does not read", kind.name),
    }
}

#[track_caller]
fn round_trip<T: Value + Debug>(name: &str, value: &T) {
    let bytes = encoded(name, |to| value.encode(to));
    let read = cbor::from_slice::<T>(&bytes);
    let read = read.unwrap_or_else(|error| panic!("`{name}` cannot be read back: {error}"));
    let again = encoded(name, |to| read.encode(to));
    assert_eq!(bytes, again, "`{name}` read back from its bytes and written again");
}

/// The bytes of a value, which any DAG-CBOR library must read, and write again, the same.
#[track_caller]
fn encoded(name: &str, encode: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut to = Encoder::default();
    encode(&mut to);
    let bytes = to.finish().unwrap_or_else(|error| panic!("`{name}` cannot be stored: {error}"));
    let ipld: ipld_core::ipld::Ipld = serde_ipld_dagcbor::from_slice(&bytes)
        .unwrap_or_else(|error| panic!("`{name}` is not DAG-CBOR: {error}"));
    let again = serde_ipld_dagcbor::to_vec(&ipld)
        .unwrap_or_else(|error| panic!("`{name}` is not DAG-CBOR: {error}"));
    assert_eq!(bytes, again, "`{name}` is not canonical DAG-CBOR");
    bytes
}
