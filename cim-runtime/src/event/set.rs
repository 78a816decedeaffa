//! All events of one machine as one type.

use std::any::Any;
use std::fmt::{self, Debug};
use std::marker::PhantomData;

use super::{Emits, Event};
use crate::cbor::{DecodeError, Decoder, Encoder};
use crate::lock::EventRow;
use crate::machine::{InOneAggregate, Machine};

/// All events of one machine: the enum that `#[state_machine]` writes, such as `OrderEvent`.
pub trait EventSet: Clone + PartialEq + Debug + Send + Sync + Sized + 'static {
    /// Shows the event, in its own type, to a visitor.
    fn visit<V: EventVisitor<Self>>(&self, visitor: V) -> V::Output;

    /// Reads the event that `from` is at, if it is one of these.
    #[doc(hidden)]
    fn read(from: &mut Reading<'_, '_, Self>);

    /// The name and the schema version under which this event is stored.
    #[inline]
    fn kind(&self) -> EventKind {
        self.visit(Kind)
    }

    /// Appends the event's fields.
    #[inline]
    fn encode(&self, to: &mut Encoder) {
        self.visit(Encode(to));
    }

    /// Reads the fields of the event with this name; `None` if the machine has no such event.
    ///
    /// # Errors
    ///
    /// When the bytes are not those of the event.
    #[inline]
    fn decode(
        name: &str,
        schema: u32,
        from: &mut Decoder<'_>,
    ) -> Option<Result<Self, DecodeError>> {
        let mut reading = Reading { name, schema, from, event: None, rows: None };
        Self::read(&mut reading);
        reading.event
    }

    /// How each of the events is stored, with the name of its machine.
    #[doc(hidden)]
    fn rows() -> Vec<(&'static str, EventRow)> {
        // None is the one without a name, so that all are asked.
        let from = &mut Decoder::new(&[]);
        let mut asked = Reading::nothing(from);
        asked.rows = Some(Vec::new());
        Self::read(&mut asked);
        asked.rows.unwrap_or_default()
    }

    #[doc(hidden)]
    fn clone_set(&self) -> Self {
        self.visit(Copy)
    }

    #[doc(hidden)]
    fn is_same(&self, other: &Self) -> bool {
        self.visit(Same(other))
    }

    #[doc(hidden)]
    fn debug_set(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visit(Format(f))
    }
}

/// The name of an event's type, and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind {
    /// Such as `OrderPlaced`.
    pub name: &'static str,
    /// From 1.
    pub schema: u32,
}

/// Does something with an event of any type.
pub trait EventVisitor<Set> {
    /// What comes of it.
    type Output;

    /// Visits `event`; `wrap` makes it one of all.
    fn event<E: Event>(self, event: &E, wrap: impl Fn(E) -> Set) -> Self::Output;
}

/// A stored event that is being read: each event of a set is asked whether it is the one.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reading<'a, 'b, Set> {
    name: &'a str,
    schema: u32,
    from: &'a mut Decoder<'b>,
    event: Option<Result<Set, DecodeError>>,
    /// Filled by the events that it is not, if somebody wants to know them.
    rows: Option<Vec<(&'static str, EventRow)>>,
}

impl<'b, Set> Reading<'_, 'b, Set> {
    /// Reads an event without a name, which is none.
    fn nothing<'a>(from: &'a mut Decoder<'b>) -> Reading<'a, 'b, Set> {
        Reading { name: "", schema: 0, from, event: None, rows: None }
    }

    #[inline]
    pub(super) fn read<A: Emits<E, Event = Set>, E: Event>(&mut self) {
        if self.event.is_none() && self.name == E::NAME {
            self.event = Some(E::decode_schema(self.schema, self.from).map(A::EVENT));
        } else if let Some(rows) = &mut self.rows {
            rows.push((A::MACHINE.name, E::ROW));
        }
    }

    /// Reads the event as one of `Inner`.
    pub(crate) fn read_as<Inner: EventSet>(&mut self, wrap: fn(Inner) -> Set) {
        if self.event.is_none() {
            let event = Inner::decode(self.name, self.schema, self.from);
            self.event = event.map(|event| event.map(wrap));
        }
        if let Some(rows) = &mut self.rows {
            rows.extend(Inner::rows());
        }
    }
}

/// Visits the events of the region `M` as those of its owner.
#[doc(hidden)]
#[derive(Debug)]
pub struct InRegion<M, V>(V, PhantomData<M>);

impl<M, V> InRegion<M, V> {
    /// The visitor of the owner's events.
    pub fn new(visitor: V) -> Self {
        Self(visitor, PhantomData)
    }
}

impl<M, V> EventVisitor<M::Event> for InRegion<M, V>
where
    M: InOneAggregate,
    V: EventVisitor<<M::Owner as Machine>::Event>,
{
    type Output = V::Output;

    fn event<E: Event>(self, event: &E, wrap: impl Fn(E) -> M::Event) -> V::Output {
        self.0.event(event, |event| M::wrap(wrap(event)))
    }
}

struct Kind;

impl<Set> EventVisitor<Set> for Kind {
    type Output = EventKind;

    #[inline]
    fn event<E: Event>(self, _: &E, _: impl Fn(E) -> Set) -> EventKind {
        EventKind { name: E::NAME, schema: E::SCHEMA }
    }
}

struct Encode<'a>(&'a mut Encoder);

impl<Set> EventVisitor<Set> for Encode<'_> {
    type Output = ();

    #[inline]
    fn event<E: Event>(self, event: &E, _: impl Fn(E) -> Set) {
        event.encode(self.0);
    }
}

struct Copy;

impl<Set> EventVisitor<Set> for Copy {
    type Output = Set;

    fn event<E: Event>(self, event: &E, wrap: impl Fn(E) -> Set) -> Set {
        wrap(event.clone())
    }
}

struct Same<'a, Set>(&'a Set);

impl<Set: EventSet> EventVisitor<Set> for Same<'_, Set> {
    type Output = bool;

    fn event<E: Event>(self, event: &E, _: impl Fn(E) -> Set) -> bool {
        self.0.visit(SameAs(event))
    }
}

struct SameAs<'a, T>(&'a T);

impl<Set, T: Event> EventVisitor<Set> for SameAs<'_, T> {
    type Output = bool;

    fn event<E: Event>(self, event: &E, _: impl Fn(E) -> Set) -> bool {
        (event as &dyn Any).downcast_ref::<T>().is_some_and(|event| event == self.0)
    }
}

struct Format<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl<Set> EventVisitor<Set> for Format<'_, '_> {
    type Output = fmt::Result;

    fn event<E: Event>(self, event: &E, _: impl Fn(E) -> Set) -> fmt::Result {
        event.fmt(self.0)
    }
}
