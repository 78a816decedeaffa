//! The trait of everything that may stand inside commands, events, refusals and aggregates.

use super::{DecodeError, Decoder, Encoder, Field, Shape};

/// A type with one canonical encoding.
///
/// `#[value]`, `#[event]`, `#[command]` and `#[aggregate]` write this for your types. Numbers of up
/// to 64 bits, finite `f64`, `bool`, `String`, `Vec<u8>` (bytes), `Option`, `Box`, tuples, arrays,
/// `Vec`, `BTreeSet`, `BTreeMap`, UUIDs, [`Timestamp`](crate::Timestamp),
/// [`Date`](jiff::civil::Date) and [`EventCid`](crate::EventCid) have it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in an event",
    label = "has no canonical encoding",
    note = "a type of your own needs `#[value]`; built in are numbers up to 64 bits, `bool`, `String`, `Option`, `Vec`, `BTreeMap`, `BTreeSet`, `Uuid`, `Timestamp`, and `Date`"
)]
pub trait Value: Sized {
    /// How it is encoded: as a record of [`Value::FIELDS`], unless it says otherwise.
    const SHAPE: Shape = Shape::Record(Self::FIELDS);

    /// The keys of a record, in the order in which they are written.
    const FIELDS: &'static [Field] = &[];

    /// Appends the one encoding of this value.
    fn encode(&self, to: &mut Encoder);

    /// Reads what [`Value::encode`] wrote.
    ///
    /// # Errors
    ///
    /// When the bytes are anything else.
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Appends the value as a field of a map.
    #[doc(hidden)]
    #[inline]
    fn encode_field(&self, key: &str, to: &mut Encoder) {
        to.text(key);
        self.encode(to);
    }

    /// Reads the value as the next field of a map, which must have this key.
    #[doc(hidden)]
    #[inline]
    fn decode_field(key: &str, from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.key(key)?;
        Self::decode(from)
    }

    /// Appends many values: an array, but for bytes, which are a byte string.
    #[doc(hidden)]
    fn encode_all(items: &[Self], to: &mut Encoder) {
        to.array(items.len());
        for item in items {
            item.encode(to);
        }
    }

    /// Reads what [`Value::encode_all`] wrote.
    #[doc(hidden)]
    fn decode_all(from: &mut Decoder<'_>) -> Result<Vec<Self>, DecodeError> {
        let len = from.any_array()?;
        let mut items = Vec::with_capacity(len.min(1024));
        for _ in 0..len {
            items.push(Self::decode(from)?);
        }
        Ok(items)
    }

    /// Whether a value of this type may be written as null: then `Option` of it would have one
    /// encoding for two values.
    ///
    /// ```compile_fail
    /// use cim_runtime::cbor;
    ///
    /// cbor::to_vec(&Some(None::<u8>));
    /// ```
    #[doc(hidden)]
    const NULLABLE: bool = false;

    /// The shape of many values.
    #[doc(hidden)]
    const SHAPE_OF_MANY: Shape = Shape::List(&Self::SHAPE);
}

/// Holds for containers whose items stand in one order. Nothing implements it: it carries the
/// message for those that have none.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` has no single order, so the same event would get two CIDs",
    label = "use `BTreeMap` or `BTreeSet`",
    note = "an event's CID is the hash of its bytes: equal values must have equal bytes"
)]
pub trait OneOrder<T> {}

/// What [`OneOrder`] is asked of, so that rustc shows its message and not that of [`Value`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Container;
