//! Events of several aggregates, in the forms that tests of policies and projections write them.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::NOW;
use super::round_trip::{Checked, encoded, told};
use super::{some_id, stored};
use crate::actor::Actor;
use crate::cbor::{Decoder, Encoder};
use crate::cid::EventCid;
use crate::commit::CommitBuilder;
use crate::envelope::{Causation, Envelope};
use crate::event::{Emits, Event};
use crate::machine::{Aggregate, InOneAggregate};
use crate::recorded::IdIn;
use crate::store::StoredEvent;
use crate::subject::StreamName;

/// An event with all that a test says of how it happened.
///
/// An event alone happened to some aggregate, on the first of January 2026.
#[derive(Debug, Clone)]
#[must_use = "a test says what it is given, or when"]
pub struct Happened<E: Happens> {
    event: E,
    id: Option<IdIn<E>>,
    at: Timestamp,
    actor: Actor,
}

/// Holds for the events of aggregates: in scope with the prelude.
///
/// ```
/// use cim_runtime::prelude::*;
/// use cim_runtime::testing::Happened;
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
/// let front: DoorId = "front".parse()?;
/// let opened: Happened<DoorOpened> = DoorOpened.of(front).acting_as("alice");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait Happens: Event<Of: InOneAggregate + Emits<Self>> {
    /// The event, as one of the aggregate with this id.
    fn of(self, id: IdIn<Self>) -> Happened<Self> {
        Happened { id: Some(id), ..Happened::new(self) }
    }
}

#[diagnostic::do_not_recommend]
impl<E: Event<Of: InOneAggregate + Emits<E>>> Happens for E {}

impl<E: Happens> Happened<E> {
    fn new(event: E) -> Self {
        Self { event, id: None, at: NOW, actor: Actor::default() }
    }

    /// It was decided at this time.
    pub fn at(self, at: Timestamp) -> Self {
        Self { at, ..self }
    }

    /// It was brought about on behalf of `actor`.
    pub fn acting_as(self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), ..self }
    }

    fn erased(self) -> AnyEvent {
        let Self { event, id, at, actor } = self;
        AnyEvent {
            name: E::NAME,
            schema: E::SCHEMA,
            aggregate: <E::Of as InOneAggregate>::Owner::NAME.as_str().to_owned(),
            id: id.map_or_else(some_id::<IdIn<E>>, Ok).map(|id| id.to_string()),
            data: checked(&event),
            at,
            actor,
        }
    }
}

/// The bytes of an event, from which it must read back.
fn checked<E: Event>(event: &E) -> Checked<Vec<u8>> {
    let bytes = encoded(E::NAME, |to| event.encode(to))?;
    let read = E::decode_schema(E::SCHEMA, &mut Decoder::new(&bytes));
    match told(read, &format!("`{}` cannot be read back", E::NAME))? {
        read if read == *event => Ok(bytes),
        read => Err(format!(
            "`{}` read back from its bytes is another: {event:?} became {read:?}",
            E::NAME
        )),
    }
}

/// An event without its type.
#[derive(Debug, Clone)]
pub struct AnyEvent {
    name: &'static str,
    schema: u32,
    aggregate: String,
    id: Checked<String>,
    data: Checked<Vec<u8>>,
    at: Timestamp,
    actor: Actor,
}

/// Events of any aggregates, in any of the forms that tests write.
#[diagnostic::on_unimplemented(
    message = "expected events, found `{Self}`",
    label = "not made of events",
    note = "write an event, `event.of(id)`, several of them in a tuple, an array or a `Vec`, or `()` for none"
)]
pub trait IntoHistory {
    /// The events, in order.
    #[doc(hidden)]
    fn into_history(self) -> Vec<AnyEvent>;
}

#[diagnostic::do_not_recommend]
impl<E: Happens> IntoHistory for E {
    fn into_history(self) -> Vec<AnyEvent> {
        Happened::new(self).into_history()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Happens> IntoHistory for Happened<E> {
    fn into_history(self) -> Vec<AnyEvent> {
        vec![self.erased()]
    }
}

#[diagnostic::do_not_recommend]
impl IntoHistory for () {
    fn into_history(self) -> Vec<AnyEvent> {
        Vec::new()
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoHistory, const N: usize> IntoHistory for [T; N] {
    fn into_history(self) -> Vec<AnyEvent> {
        self.into_iter().flat_map(T::into_history).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoHistory> IntoHistory for Vec<T> {
    fn into_history(self) -> Vec<AnyEvent> {
        self.into_iter().flat_map(T::into_history).collect()
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: IntoHistory),*> IntoHistory for ($($name,)*) {
            fn into_history(self) -> Vec<AnyEvent> {
                let mut events = Vec::new();
                $(events.extend(self.$index.into_history());)*
                events
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

/// What has happened so far, as a store would give it back.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    pub(super) events: Vec<StoredEvent>,
    /// The version and the head of each stream.
    streams: HashMap<StreamName, (u64, EventCid)>,
}

impl History {
    /// Appends events.
    pub(super) fn happen(&mut self, events: impl IntoHistory) -> Checked {
        events.into_history().into_iter().try_for_each(|event| self.append(event))
    }

    fn append(&mut self, event: AnyEvent) -> Checked {
        let (id, data) = (event.id?, event.data?);
        let stream = told(StreamName::new(&event.aggregate, &id), "the id")?;
        let last = self.streams.get(&stream).copied();
        let number = self.events.len() as u64 + 1;
        let ids = |kind: u64| Uuid::from_u64_pair(kind, number);
        let command_id = ids(0);
        let version = last.map_or(0, |(version, _)| version);
        let envelope = Envelope {
            at: event.at,
            id: &id,
            data: &[],
            part: 1,
            parts: 1,
            prev: last.map(|(_, head)| head),
            event_type: event.name,
            actor: event.actor.as_str(),
            event_id: ids(1),
            schema: event.schema,
            command_id,
            version: version + 1,
            aggregate: &event.aggregate,
            causation: Causation::Command(command_id),
            correlation: command_id,
        };
        let mut commit = CommitBuilder::new(1);
        let pushed = commit.push(event.name, &envelope, |to: &mut Encoder| to.encoded(&data));
        let head = told(pushed, "the events")?;
        let events = stored(&commit.finish(stream.clone(), version))?;
        self.events
            .extend(events.into_iter().map(|event| StoredEvent { position: number, ..event }));
        self.streams.insert(stream, (version + 1, head));
        Ok(())
    }
}
