//! Events: what their types declare, and how stored ones are read back.

use std::fmt::Debug;

use crate::cbor::{DecodeError, Decoder, Encoder, Value};

/// A fact about an aggregate, written by `#[event]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "a decision answers with events",
    note = "write `#[event(…)]` on the struct, naming its aggregate"
)]
pub trait Event: Value + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// The machine that emits it: the type named in `#[event(…)]`.
    type Of;
    /// Whether it has fields.
    #[doc(hidden)]
    type Data;
    /// The name under which it is stored: the type's own.
    const NAME: &'static str;
    /// The version of its type, from 1.
    const SCHEMA: u32;

    /// Reads the event as it was stored by this or an older version of its type.
    ///
    /// # Errors
    ///
    /// When the bytes are not such an event, or of a newer version than this program knows.
    fn decode_schema(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}

/// Holds for the events of the machine `A`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of `{A}`",
    label = "`{A}` cannot answer with it",
    note = "an event belongs to one aggregate: write `#[event({A})]` on the struct `{Self}`"
)]
pub trait EventOf<A>: Event {
    /// Asked for by the machine, at the name in the method's signature.
    #[doc(hidden)]
    const OK: () = ();
}

/// The event has fields that somebody should fold.
#[doc(hidden)]
#[derive(Debug)]
pub struct Data;

/// The event has no fields, or says that only readers of the log need them.
#[doc(hidden)]
#[derive(Debug)]
pub struct NoData;

/// Holds for events that need no `#[apply]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` never reads the data of the event `{E}`",
    label = "has fields, but no `#[apply]` takes it",
    note = "after a replay the aggregate would not know them: fold them with `#[apply] fn …(&mut self, event: &{E})`, or write `#[event(…, unread)]` if only readers of the log need them"
)]
pub trait Unread<E, A> {
    /// Asked for by the machine.
    const OK: () = ();
}

impl<E, A> Unread<E, A> for NoData {}

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

/// Whether `E` is this version of the event with this name.
#[doc(hidden)]
pub const fn is_version<E: Event>(name: &str, schema: u32) -> bool {
    let (found, name) = (E::NAME.as_bytes(), name.as_bytes());
    let mut same = found.len() == name.len() && E::SCHEMA == schema;
    let mut i = 0;
    while same && i < name.len() {
        same = found[i] == name[i];
        i += 1;
    }
    same
}

/// The error for an event that newer code has written.
#[doc(hidden)]
pub fn unknown_schema<E: Event>(schema: u32, from: &Decoder<'_>) -> DecodeError {
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

impl EventKind {
    /// The kind of the events of type `E`.
    pub const fn of<E: Event>() -> Self {
        Self { name: E::NAME, schema: E::SCHEMA }
    }
}
