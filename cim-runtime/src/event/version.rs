//! Older versions of an event, and how they become the newer ones.

use super::Event;
use crate::cbor::{DecodeError, Decoder};

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

/// What a [`Version`] says.
#[doc(hidden)]
pub trait Versioned {
    /// The version.
    const SCHEMA: u32;
}

impl<const NAME: u64, const SCHEMA: u32> Versioned for Version<NAME, SCHEMA> {
    const SCHEMA: u32 = SCHEMA;
}

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
    /// Reads the event as it was stored by this or an older version of its type.
    fn decode_before(schema: u32, from: &mut Decoder<'_>) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<New, Old: Event, const NAME: u64, const SCHEMA: u32> IsVersion<New, NAME, SCHEMA> for Old
where
    Old::Version: Same<Version<NAME, SCHEMA>>,
{
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
