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
