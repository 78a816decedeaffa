//! Older versions of an event, and how they become the newer ones.

use std::marker::PhantomData;

use super::Event;
use crate::cbor::{DecodeError, Decoder};
use crate::lock::EventRow;

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

/// Whether an event has fields, a fingerprint of its name, and its version.
#[doc(hidden)]
#[derive(Debug)]
pub struct Facts<D, const NAME: u64, const SCHEMA: u32>(PhantomData<D>);

/// What [`Facts`] say.
#[doc(hidden)]
pub trait EventFacts {
    /// The version.
    const SCHEMA: u32;
}

impl<D, const NAME: u64, const SCHEMA: u32> EventFacts for Facts<D, NAME, SCHEMA> {
    const SCHEMA: u32 = SCHEMA;
}

/// Holds for the facts of version `SCHEMA` of the event with this name.
#[doc(hidden)]
pub trait Versioned<const NAME: u64, const SCHEMA: u32> {}

impl<D, const NAME: u64, const SCHEMA: u32> Versioned<NAME, SCHEMA> for Facts<D, NAME, SCHEMA> {}

/// Holds for version `SCHEMA` of the event whose newer version is `New`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not version {SCHEMA} of the event `{New}`",
    label = "`upcast` names the version just before",
    note = "stored events are read version by version: name the struct whose `#[event(…)]` has the same name and `version = {SCHEMA}`; one that gives no version is version 1"
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
    Old::Facts: Versioned<NAME, SCHEMA>,
{
    const ROW: EventRow = <Old as Event>::ROW;

    fn decode_before(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode_schema(schema, from)
    }
}

/// The error for an event that newer code has written.
pub(super) fn unknown_schema<E: Event>(schema: u32, from: &Decoder<'_>) -> DecodeError {
    from.error(format!(
        "`{}` is stored with version {schema}, this program knows versions up to {}",
        E::NAME,
        E::SCHEMA
    ))
}
