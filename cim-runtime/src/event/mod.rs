//! Events: what their types declare, and how stored ones are read back.

mod set;
mod version;

use std::fmt::Debug;

use crate::cbor::{DecodeError, Decoder, Value};
use crate::machine::{IsMachine, Machine};

pub use set::{EventKind, EventSet, EventVisitor, InRegion, Reading};
pub use version::{IsVersion, Same, UpcastTo, Version, Versioned};

/// A fact about an aggregate, written by `#[event]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "write `#[event(…)]` on the struct, naming its aggregate"
)]
pub trait Event: Value + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The machine that emits it: the type named in `#[event(…)]`.
    type Of;
    /// Whether it has fields.
    #[doc(hidden)]
    type Data;
    /// Its name and its version as a type.
    #[doc(hidden)]
    type Version: Versioned;
    /// The name under which it is stored: the type's own.
    const NAME: &'static str;
    /// The version of its type, from 1.
    const SCHEMA: u32 = <Self::Version as Versioned>::SCHEMA;

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
pub trait EventOf<A>: Event {
    // A machine asks its events for everything through this trait, at the name in the method's
    // signature: of a type that is none of its events, rustc then says one thing, and once.
    /// The event itself, for questions that only make sense of an event.
    #[doc(hidden)]
    type This;

    #[doc(hidden)]
    #[inline]
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Emits<Self>,
        V: EventVisitor<A::Event>,
    {
        visitor.event(self, A::EVENT)
    }

    /// Reads the event into the set of all, if it has this name.
    #[doc(hidden)]
    #[inline]
    fn read(from: &mut Reading<'_, '_, A::Event>)
    where
        A: Emits<Self>,
    {
        from.read::<Self>(A::EVENT);
    }
}

#[diagnostic::do_not_recommend]
impl<E: Event<Of: IsMachine<A>>, A> EventOf<A> for E {
    type This = E;
}

/// A machine that emits an event, or has stored it as the older version of one that it emits.
pub trait Emits<E>: Machine {
    /// The event as one of all.
    const EVENT: fn(E) -> Self::Event;
}

/// Holds for events that a machine emits, or has in its streams.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "nothing emits the event `{Self}`",
    label = "no transition of `{A}` answers with it",
    note = "name it in the return type of a method with `#[transition(…)]`; if it is only read from old streams, say where it leads: `#[apply(A -> B)] fn …(&mut self, event: &{Self})`; otherwise remove it"
)]
pub trait EmittedBy<A> {
    /// Asked for by the event.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<E, A: Emits<E>> EmittedBy<A> for E {}

/// The event has fields that somebody should fold.
#[doc(hidden)]
#[derive(Debug)]
pub struct Data;

/// The event has no fields, or says that only readers of the log need them.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoData;

/// Holds for [`NoData`].
#[doc(hidden)]
pub trait Nothing {}

impl Nothing for NoData {}

/// Holds for events that need no `#[apply]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` never reads the data of the event `{Self}`",
    label = "has fields, but no `#[apply]` takes it",
    note = "after a replay the aggregate would not know them: fold them with `#[apply] fn …(&mut self, event: &{Self})`, or write `#[event(…, unread)]` if only readers of the log need them"
)]
pub trait Unread<A> {
    /// Asked for by the machine.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<E: Event, A> Unread<A> for E where E::Data: Nothing {}
