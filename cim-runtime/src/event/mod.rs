//! Events: what their types declare, and how stored ones are read back.

mod set;
mod version;

use std::fmt::Debug;

use crate::cbor::{DecodeError, Decoder, Value};
use crate::lock::EventRow;
use crate::machine::{Aggregate, InOneAggregate, Machine, Unknown};

pub use set::{EventKind, EventSet, EventVisitor, InRegion, Reading};
pub use version::{EventFacts, Facts, IsVersion, UpcastTo};

/// A fact about an aggregate, written by `#[event]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "write `#[event(…)]` on the struct, naming its aggregate"
)]
pub trait Event: Value + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The machine that emits it: the type named in `#[event(…)]`.
    type Of;
    /// Whether it has fields, its name and its version as a type.
    #[doc(hidden)]
    type Facts: EventFacts;
    /// Whether it is the newest version of its type.
    #[doc(hidden)]
    type Age;
    /// The name under which it is stored: the type's own, or that of `#[event(…, name = "…")]`.
    const NAME: &'static str;
    /// The version of its type, from 1.
    const SCHEMA: u32 = <Self::Facts as EventFacts>::SCHEMA;
    /// The stored names of its `#[personal]` fields, in the order of the struct.
    const PERSONAL: &'static [&'static str] = &[];
    /// How it is stored.
    #[doc(hidden)]
    const ROW: EventRow = EventRow {
        name: Self::NAME,
        schema: Self::SCHEMA,
        shape: Self::SHAPE,
        personal: Self::PERSONAL,
        before: Self::BEFORE,
    };
    /// How the version before is stored.
    #[doc(hidden)]
    const BEFORE: Option<&'static EventRow> = None;

    /// Reads the event as it was stored by this or an older version of its type.
    ///
    /// # Errors
    ///
    /// When the bytes are not such an event, or of a newer version than this program knows.
    fn decode_schema(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        match schema == Self::SCHEMA {
            true => Self::decode(from),
            false if schema < Self::SCHEMA => Self::decode_older(schema, from),
            false => Err(version::unknown_schema::<Self>(schema, from)),
        }
    }

    /// Reads the event as an older version of its type has stored it.
    #[doc(hidden)]
    fn decode_older(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Err(version::unknown_schema::<Self>(schema, from))
    }
}

/// Holds for the events of the machine `A`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{A}`",
    label = "`{A}` cannot answer with it",
    note = "an event belongs to one aggregate: write `#[event({A})]` on the struct `{Self}`"
)]
pub trait EventOf<A>: Sized {
    // A machine asks its events for everything through this trait or the next, at the name in the
    // method's signature, and the trait asks for nothing itself: of a type that is none of its
    // events, rustc then says one thing, and once.

    /// How it is stored.
    #[doc(hidden)]
    const ROW: EventRow;

    #[doc(hidden)]
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<Self>,
        V: EventVisitor<A::Event>;

    /// Reads the event into the set of all, if it has this name.
    #[doc(hidden)]
    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<Self>;
}

impl<E: Event<Of: EmitterIs<A>, Age: Newest<E, A>>, A> EventOf<A> for E {
    const ROW: EventRow = <E as Event>::ROW;

    #[inline]
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<E>,
        V: EventVisitor<A::Event>,
    {
        visitor.event(self, A::EVENT)
    }

    #[inline]
    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<E>,
    {
        from.read::<A, E>();
    }
}

/// Holds for the events of the machine `A` that need no `#[apply]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{A}`",
    label = "`{A}` cannot answer with it",
    note = "an event belongs to one aggregate: write `#[event({A})]` on the struct `{Self}`"
)]
pub trait UnreadEventOf<A>: Sized {
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<Self>,
        V: EventVisitor<A::Event>;

    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<Self>;
}

impl<E, A> UnreadEventOf<A> for E
where
    E: Event<Of: EmitterIs<A>, Age: Newest<E, A>, Facts: Unread<E, A>>,
{
    #[inline]
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<E>,
        V: EventVisitor<A::Event>,
    {
        EventOf::<A>::visit(self, visitor)
    }

    #[inline]
    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<E>,
    {
        <E as EventOf<A>>::read(from);
    }
}

/// Holds for the events of the machine `A` that an `#[apply]` may take.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{A}`",
    label = "`{A}` cannot answer with it",
    note = "an event belongs to one aggregate: write `#[event({A})]` on the struct `{Self}`"
)]
pub trait FoldedBy<A>: Sized {
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<Self>,
        V: EventVisitor<A::Event>;

    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<Self>;
}

impl<E, A> FoldedBy<A> for E
where
    E: Event<Of: EmitterIs<A>, Age: Newest<E, A>, Facts: Read<E, A>>,
{
    #[inline]
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<E>,
        V: EventVisitor<A::Event>,
    {
        EventOf::<A>::visit(self, visitor)
    }

    #[inline]
    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<E>,
    {
        <E as EventOf<A>>::read(from);
    }
}

/// Holds for the machine `A` itself. Of an event that belongs to nobody knows whom, everybody is
/// right.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` answers with an event of `{Self}`",
    label = "belongs to `{Self}`",
    note = "an event belongs to one aggregate: answer with one that has `#[event({A})]`"
)]
pub trait EmitterIs<A> {}

impl<A: Machine> EmitterIs<A> for A {}
impl<A: Machine> EmitterIs<A> for Unknown {}

/// A machine that emits an event.
pub trait Emits<E>: Machine {
    /// The event as one of all.
    const EVENT: fn(E) -> Self::Event;
}

/// Claimed by `#[event(…, upcast = …)]` for the version before. Whether it is, `Has` knows.
#[doc(hidden)]
pub trait Superseded<A> {}

/// Whether an event has a newer version.
#[doc(hidden)]
#[derive(Debug)]
pub struct Age<const SUPERSEDED: bool>;

/// Holds for the age of events that a machine may have.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` answers with an older version of an event, `{E}`",
    label = "a newer version has superseded it",
    note = "only the newest version of an event is written, older ones are upcast when they are read: answer with the event whose `#[event(…, upcast = …)]` names this one"
)]
pub trait Newest<E, A> {}

#[diagnostic::do_not_recommend]
impl<E, A, T: IsNewest> Newest<E, A> for T {}

/// Holds for the age of the newest versions.
#[doc(hidden)]
pub trait IsNewest {}

impl IsNewest for Age<false> {}

/// Holds for the events of the aggregate `A`: its own, and those of its regions.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{A}`",
    label = "not an event of `{A}`"
)]
pub trait PartOf<A: Machine> {
    /// The event as one of all.
    fn wrapped(self) -> A::Event;
}

#[diagnostic::do_not_recommend]
impl<E, A> PartOf<A> for E
where
    A: Aggregate,
    E: Event<Of: WrapsFor<A, E>>,
{
    fn wrapped(self) -> A::Event {
        E::Of::wrap(self)
    }
}

/// Holds for the machines of the aggregate `A` that emit `E`. As with [`EmitterIs`], of an event
/// that belongs to nobody knows whom, everybody is right.
#[doc(hidden)]
pub trait WrapsFor<A: Machine, E> {
    fn wrap(event: E) -> A::Event;
}

impl<A: Aggregate, E, M: InOneAggregate<Owner = A> + Emits<E>> WrapsFor<A, E> for M {
    fn wrap(event: E) -> A::Event {
        <M as InOneAggregate>::wrap(M::EVENT(event))
    }
}

impl<A: Machine, E> WrapsFor<A, E> for Unknown {
    fn wrap(_: E) -> A::Event {
        unreachable!("did not compile")
    }
}

/// The event has fields that somebody should fold.
#[doc(hidden)]
#[derive(Debug)]
pub struct Data;

/// The event has no fields.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoData;

/// The event has fields, and says that only readers of the log need them.
#[doc(hidden)]
#[derive(Debug)]
pub struct ForReaders;

/// Holds for the facts of events that need no `#[apply]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` never reads the data of the event `{E}`",
    label = "has fields, but no `#[apply]` takes it",
    note = "after a replay the aggregate would not know them: fold them with `#[apply] fn …(&mut self, event: &{E})`, or write `#[event(…, unread)]` if only readers of the log need them"
)]
pub trait Unread<E, A> {}

#[diagnostic::do_not_recommend]
impl<E, A, F: SaysNothing> Unread<E, A> for F {}

/// Holds for the facts of events without data that the machine would miss.
#[doc(hidden)]
pub trait SaysNothing {}

impl<const NAME: u64, const SCHEMA: u32> SaysNothing for Facts<NoData, NAME, SCHEMA> {}
impl<const NAME: u64, const SCHEMA: u32> SaysNothing for Facts<ForReaders, NAME, SCHEMA> {}

/// Holds for the facts of events that an `#[apply]` may take.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` reads the data of the event `{E}`, which says `unread`",
    label = "an `#[apply]` takes it",
    note = "`unread` tells whoever reads the domain that the aggregate needs none of the event's data: remove it from `#[event(…, unread)]`, or remove the `#[apply]`"
)]
pub trait Read<E, A> {}

#[diagnostic::do_not_recommend]
impl<E, A, F: SaysSomething> Read<E, A> for F {}

/// Holds for the facts of events that are not kept from the machine.
#[doc(hidden)]
pub trait SaysSomething {}

impl<const NAME: u64, const SCHEMA: u32> SaysSomething for Facts<Data, NAME, SCHEMA> {}
impl<const NAME: u64, const SCHEMA: u32> SaysSomething for Facts<NoData, NAME, SCHEMA> {}
