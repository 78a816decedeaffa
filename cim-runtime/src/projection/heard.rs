//! What the methods of projections and policies listen to.

use std::fmt;
use std::ops::Deref;

use super::incoming::Incoming;
use crate::cbor::{DecodeError, Decoder};
use crate::envelope::Envelope;
use crate::event::{Emits, Event, EventSet as _};
use crate::machine::{Aggregate, InOneAggregate, Machine, MachineTable, is_same};
use crate::recorded::Recorded;
use crate::store::StoredEvent;
use crate::subject::AggregateName;

/// What a method of a projection or a policy listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listened {
    /// The aggregate.
    pub aggregate: AggregateName,
    /// Which of its events.
    pub events: ListenedEvents,
}

/// Which events of an aggregate a method takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenedEvents {
    /// The one that is stored under this name.
    One(&'static str),
    /// Each event of this machine and its regions that no method takes by itself.
    AllOf(&'static MachineTable),
}

impl Listened {
    pub(crate) const fn is(&self, other: &Self) -> bool {
        let same = match (&self.events, &other.events) {
            (ListenedEvents::One(name), ListenedEvents::One(other)) => is_same(name, other),
            (ListenedEvents::AllOf(table), ListenedEvents::AllOf(other)) => {
                is_same(table.name, other.name)
            }
            _ => false,
        };
        same && is_same(self.aggregate.as_str(), other.aggregate.as_str())
    }

    /// Whether an event is among them.
    #[doc(hidden)]
    #[must_use]
    pub const fn has(&self, event: &Self) -> bool {
        let has = match (&self.events, &event.events) {
            (ListenedEvents::AllOf(table), ListenedEvents::One(name)) => table.has_event(name),
            _ => self.is(event),
        };
        has && is_same(self.aggregate.as_str(), event.aggregate.as_str())
    }

    /// Whether it is whatever no other method takes.
    pub(crate) const fn is_what_is_left(&self) -> bool {
        matches!(self.events, ListenedEvents::AllOf(_))
    }

    /// The names of the events, each once, in the order of the machine.
    pub fn names(&self) -> Vec<&'static str> {
        match self.events {
            ListenedEvents::One(name) => vec![name],
            ListenedEvents::AllOf(table) => table.events(),
        }
    }
}

impl fmt::Display for Listened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.events {
            ListenedEvents::One(name) => f.write_str(name),
            ListenedEvents::AllOf(table) => write!(f, "all of {}", table.name),
        }
    }
}

/// Holds for events, of which a method can take `&Recorded<Self>`: for one, or for [`AnyOf`] a
/// machine.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the event of an aggregate, in its newest version",
    label = "not an event, or an older version of one",
    note = "a method of a projection or a policy takes `&Recorded<E>`, where `E` has `#[event(…)]`, or is `AnyOf<Order>`, any event of an order",
    note = "an older version of an event is upcast when it is read: take the newest one"
)]
pub trait Heard: Sized {
    /// The aggregate.
    type Owner: Aggregate;

    /// Which event it is, or which events.
    const EVENT: Listened;

    /// Reads it; what is wrong is returned as a sentence. `None`, if it is no such event.
    #[doc(hidden)]
    fn read(
        stored: &StoredEvent,
        envelope: &Envelope<'_>,
    ) -> Option<Result<Recorded<Self>, String>>;

    /// The incoming event, if it is such a one and no method before has taken it.
    #[doc(hidden)]
    fn given(incoming: &mut Incoming<'_>) -> Option<Recorded<Self>> {
        incoming.give(&Self::EVENT)
    }

    /// Hands an incoming event to a method that returns why it failed.
    #[doc(hidden)]
    fn hand(incoming: &mut Incoming<'_>, method: impl FnOnce(&Recorded<Self>) -> Option<String>) {
        incoming.take(method);
    }

    /// The same, if it is this event of those that the type stands for.
    #[doc(hidden)]
    fn hand_one(
        event: &Listened,
        incoming: &mut Incoming<'_>,
        method: impl FnOnce(&Recorded<Self>) -> Option<String>,
    ) {
        incoming.take_one(event, method);
    }
}

#[diagnostic::do_not_recommend]
impl<E: StandsForEvents<By: Hears<E>>> Heard for E {
    type Owner = <E::By as Hears<E>>::Owner;

    const EVENT: Listened = <E::By as Hears<E>>::EVENT;

    fn read(stored: &StoredEvent, envelope: &Envelope<'_>) -> Option<Result<Recorded<E>, String>> {
        if let Err(error) = stored.verify() {
            return Some(Err(error.to_string()));
        }
        let mut data = Decoder::new(envelope.data);
        let event = E::By::decode(envelope.event_type, envelope.schema, &mut data)?;
        let event = event.and_then(|event| said(data.finish()).map(|()| event));
        Some(event.and_then(|event| Recorded::known::<Self::Owner>(event, stored, envelope)))
    }
}

/// Holds for types that stand for events: for one, or for all of a machine.
#[doc(hidden)]
pub trait StandsForEvents: Sized {
    /// What says for which.
    type By;
}

impl<E: Event> StandsForEvents for E {
    type By = One;
}

/// Says for which events a type stands.
#[doc(hidden)]
pub trait Hears<E> {
    type Owner: Aggregate;

    const EVENT: Listened;

    /// Reads the event with this name, if it is one of them.
    fn decode(name: &str, schema: u32, data: &mut Decoder<'_>) -> Option<Result<E, String>>;
}

/// Says: for itself.
#[doc(hidden)]
#[derive(Debug)]
pub struct One;

#[diagnostic::do_not_recommend]
impl<E: Event<Of: InOneAggregate + Emits<E>>> Hears<E> for One {
    type Owner = <E::Of as InOneAggregate>::Owner;

    const EVENT: Listened =
        Listened { aggregate: Self::Owner::NAME, events: ListenedEvents::One(E::NAME) };

    fn decode(name: &str, schema: u32, data: &mut Decoder<'_>) -> Option<Result<E, String>> {
        (name == E::NAME).then(|| said(E::decode_schema(schema, data)))
    }
}

/// Any event of the machine `M`: of an aggregate, its regions' included, or of one region.
///
/// A method of a projection or a policy that takes it gets each event that no other method takes,
/// also those that are declared later; with `#[on(OrderPlaced, OrderPaid)]` it gets these alone.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct OrderId(String);
/// # #[aggregate(domain = "shop", id = OrderId)] #[derive(Default)] pub struct Order {}
/// # #[command(Order)] pub struct PlaceOrder;
/// # #[event(Order)] pub struct OrderPlaced;
/// # #[state_machine(initial Draft, terminal Placed)]
/// # impl Order {
/// #     #[transition(* -> Placed)]
/// #     fn place(&self, _: PlaceOrder) -> OrderPlaced { OrderPlaced }
/// # }
///
/// #[derive(Tables)]
/// pub struct LastSeen {
///     at: Table<OrderId, Timestamp>,
/// }
///
/// #[projection]
/// impl LastSeen {
///     #[on]
///     fn seen(&mut self, event: &Recorded<AnyOf<Order>>) {
///         self.at.insert(&event.id(), event.at);
///     }
/// }
/// ```
pub struct AnyOf<M: Machine>(
    /// The event, as the type that `#[state_machine]` writes, such as `OrderEvent`.
    pub M::Event,
);

impl<M: Machine> AnyOf<M> {
    /// The name under which it is stored, such as `OrderPlaced`.
    pub fn name(&self) -> &'static str {
        self.0.kind().name
    }
}

impl<M: Machine> StandsForEvents for AnyOf<M> {
    type By = Any;
}

impl<M: Machine> Deref for AnyOf<M> {
    type Target = M::Event;

    fn deref(&self) -> &M::Event {
        &self.0
    }
}

impl<M: Machine> Clone for AnyOf<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Machine> PartialEq for AnyOf<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<M: Machine> fmt::Debug for AnyOf<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Says: for any of a machine.
#[doc(hidden)]
#[derive(Debug)]
pub struct Any;

#[diagnostic::do_not_recommend]
impl<M: InOneAggregate> Hears<AnyOf<M>> for Any {
    type Owner = M::Owner;

    const EVENT: Listened =
        Listened { aggregate: M::Owner::NAME, events: ListenedEvents::AllOf(M::MACHINE) };

    fn decode(name: &str, schema: u32, data: &mut Decoder<'_>) -> Option<Result<AnyOf<M>, String>> {
        let event = M::Event::decode(name, schema, data).map(said);
        // Nothing in the stream of an aggregate is passed over by who takes all of it.
        let all = is_same(M::MACHINE.name, <M::Owner as Machine>::MACHINE.name);
        let event = event.or_else(|| all.then(|| Err(format!("`{name}` is unknown"))));
        event.map(|event| event.map(AnyOf))
    }
}

fn said<E>(decoded: Result<E, DecodeError>) -> Result<E, String> {
    decoded.map_err(|error| error.to_string())
}
