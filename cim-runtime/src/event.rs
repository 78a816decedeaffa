//! Events: what their types declare, and how stored ones are read back.

use std::fmt::{self, Debug};

use crate::cbor::{DecodeError, Decoder, Encoder, Value};
use crate::lock::EventRow;

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
    type Version;
    /// The name under which it is stored: the type's own, or that of `#[event(…, name = "…")]`.
    const NAME: &'static str;
    /// The version of its type, from 1.
    const SCHEMA: u32;
    /// How it is stored.
    #[doc(hidden)]
    const ROW: EventRow = EventRow {
        name: Self::NAME,
        schema: Self::SCHEMA,
        shape: Self::SHAPE,
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
            false => Err(unknown_schema::<Self>(schema, from)),
        }
    }

    /// Reads the event as an older version of its type has stored it.
    #[doc(hidden)]
    fn decode_older(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Err(unknown_schema::<Self>(schema, from))
    }
}

/// Holds for the events of the machine `A`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{A}`",
    label = "`{A}` cannot answer with it",
    note = "an event belongs to one aggregate: write `#[event({A})]` on the struct `{Self}`"
)]
pub trait EventOf<A>: Event {
    /// The event itself, for questions that only make sense of an event.
    #[doc(hidden)]
    type This;

    /// Under which name and version it is stored.
    ///
    /// A machine asks its events for everything through this trait, at the name in the method's
    /// signature: of a type that is none of its events, rustc then says one thing, and once.
    #[doc(hidden)]
    const KIND: EventKind = EventKind { name: Self::NAME, schema: Self::SCHEMA };

    /// How it is stored.
    #[doc(hidden)]
    const ROW: EventRow = <Self as Event>::ROW;

    #[doc(hidden)]
    fn clone_event(&self) -> Self {
        self.clone()
    }

    #[doc(hidden)]
    fn is_same_event(&self, other: &Self) -> bool {
        self == other
    }

    #[doc(hidden)]
    fn debug_event(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }

    #[doc(hidden)]
    #[inline]
    fn encode_event(&self, to: &mut Encoder) {
        self.encode(to);
    }

    /// Reads the event into the set of all, if it has this name.
    #[doc(hidden)]
    fn decode_event<Set>(
        name: &str,
        schema: u32,
        from: &mut Decoder<'_>,
        wrap: impl FnOnce(Self) -> Set,
    ) -> Option<Result<Set, DecodeError>> {
        (name == Self::NAME).then(|| Self::decode_schema(schema, from).map(wrap))
    }
}

/// Claimed by `#[event(…, upcast = …)]` for the version before, and by a machine for each of its
/// events: of a superseded version that is still emitted, rustc shows both places.
#[doc(hidden)]
pub trait EmittedOrSuperseded<A> {}

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

/// Holds where `From` makes the newer version of an event from the older.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "no way from `{Self}` to `{New}`",
    label = "`{New}` cannot be made from it",
    note = "stored events of the older version are read through `impl From<{Self}> for {New}`: write it"
)]
pub trait UpcastTo<New>: Sized {
    /// The newer version.
    fn upcast(self) -> New;
}

#[diagnostic::do_not_recommend]
impl<Old, New: From<Old>> UpcastTo<New> for Old {
    fn upcast(self) -> New {
        New::from(self)
    }
}

/// A fingerprint of an event's name, and its version.
#[doc(hidden)]
#[derive(Debug)]
pub struct Version<const NAME: u64, const SCHEMA: u32>;

/// Holds for equal types.
#[doc(hidden)]
pub trait Same<T> {}

impl<T> Same<T> for T {}

/// Holds for version `SCHEMA` of the event whose newer version is `New`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not version {SCHEMA} of the event `{New}`",
    label = "`upcast` names the version just before",
    note = "stored events are read version by version: the struct before is an `#[event(…)]` of the same name, and its version is {SCHEMA}"
)]
pub trait IsVersion<New, const NAME: u64, const SCHEMA: u32>: Sized {
    /// How it is stored.
    const ROW: EventRow;

    /// Reads the event as it was stored by this or an older version of its type.
    fn decode_before(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<New, Old: Event, const NAME: u64, const SCHEMA: u32> IsVersion<New, NAME, SCHEMA> for Old
where
    Old::Version: Same<Version<NAME, SCHEMA>>,
{
    const ROW: EventRow = <Old as Event>::ROW;

    fn decode_before(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode_schema(schema, from)
    }
}

/// The error for an event that newer code has written.
fn unknown_schema<E: Event>(schema: u32, from: &Decoder<'_>) -> DecodeError {
    from.error(format!(
        "`{}` is stored with version {schema}, this program knows versions up to {}",
        E::NAME,
        E::SCHEMA
    ))
}

/// All events of one machine: the enum that `#[state_machine]` writes, such as `OrderEvent`.
pub trait EventSet: Clone + PartialEq + Debug + Send + Sync + Sized + 'static {
    /// The name and the schema version under which this event is stored.
    fn kind(&self) -> EventKind;

    /// Appends the event's fields.
    fn encode(&self, to: &mut Encoder);

    /// Reads the fields of the event with this name; `None` if the machine has no such event.
    ///
    /// # Errors
    ///
    /// When the bytes are not those of the event.
    fn decode(name: &str, schema: u32, from: &mut Decoder<'_>)
    -> Option<Result<Self, DecodeError>>;
}

/// The name of an event's type, and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind {
    /// Such as `OrderPlaced`.
    pub name: &'static str,
    /// From 1.
    pub schema: u32,
}
