//! Ids of aggregates, and their form in a subject.

use std::fmt::{self, Write as _};

use uuid::Uuid;

use crate::cbor::{DecodeError, Decoder, Encoder, Shape, Value};

/// The longest an id may be once it is escaped, in bytes.
pub const MAX_TOKEN: usize = 200;

/// The id of an aggregate, written by `#[derive(DomainId)]`.
///
/// The derive stands on a tuple struct around one `String`, [`Uuid`] or whole number, and brings
/// `Clone`, `Debug`, `Display`, `FromStr`, comparison, hashing and the encoding with it:
///
/// ```
/// use cim_runtime::prelude::*;
///
/// #[derive(DomainId)]
/// pub struct OrderId(String);
///
/// let id: OrderId = "990001".parse()?;
/// assert_eq!(id.to_string(), "990001");
/// # Ok::<_, cim_runtime::InvalidId>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of an aggregate",
    label = "not an id",
    note = "write `#[derive(DomainId)]` on a tuple struct around one `String`, `Uuid` or whole number"
)]
pub trait DomainId:
    Value + Clone + fmt::Debug + fmt::Display + Eq + std::hash::Hash + Send + Sync + 'static
{
    /// Some id, for tests that need one and do not care which.
    #[doc(hidden)]
    fn example() -> Self;
}

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidId {
    /// An id has one character at least.
    #[error("an id is empty")]
    Empty,
    /// The id is too long for a subject.
    #[error(
        "the id `{id}` takes {len} bytes in a subject, {MAX_TOKEN} is the most: every byte other than a-z, A-Z, 0-9, _ and - takes three"
    )]
    TooLong {
        /// The start of the id.
        id: String,
        /// What it would take.
        len: usize,
    },
    /// The id is of another type.
    #[error("the id `{id}` is not {expected}")]
    Mismatch {
        /// The id as given.
        id: String,
        /// What it should be, such as "a UUID".
        expected: &'static str,
    },
}

/// What may stand inside a `#[derive(DomainId)]` type.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inside an id",
    label = "not `String`, `Uuid` or a whole number"
)]
pub trait IdInner: Sized {
    /// The fingerprint of the encoding.
    const SHAPE: Shape;

    /// Appends the encoding.
    fn encode_id(&self, to: &mut Encoder);

    /// Reads the encoding.
    fn decode_id(from: &mut Decoder<'_>) -> Result<Self, DecodeError>;

    /// Reads the text form.
    fn parse_id(text: &str) -> Result<Self, InvalidId>;

    /// Some id.
    fn example() -> Self;
}

impl IdInner for String {
    const SHAPE: Shape = <Self as Value>::SHAPE;

    fn encode_id(&self, to: &mut Encoder) {
        self.encode(to);
    }

    fn decode_id(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode(from)
    }

    fn parse_id(text: &str) -> Result<Self, InvalidId> {
        let len = token_len(text);
        if len == 0 {
            return Err(InvalidId::Empty);
        }
        if len > MAX_TOKEN {
            return Err(InvalidId::TooLong { id: text.chars().take(40).collect(), len });
        }
        Ok(text.to_owned())
    }

    fn example() -> Self {
        "example".to_owned()
    }
}

impl IdInner for Uuid {
    const SHAPE: Shape = <Self as Value>::SHAPE;

    fn encode_id(&self, to: &mut Encoder) {
        self.encode(to);
    }

    fn decode_id(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode(from)
    }

    fn parse_id(text: &str) -> Result<Self, InvalidId> {
        text.parse().map_err(|_| InvalidId::Mismatch { id: text.to_owned(), expected: "a UUID" })
    }

    fn example() -> Self {
        Uuid::from_u128(1)
    }
}

macro_rules! whole_number {
    ($($ty:ty),*) => {$(
        impl IdInner for $ty {
    const SHAPE: Shape = <Self as Value>::SHAPE;

    fn encode_id(&self, to: &mut Encoder) {
        self.encode(to);
    }

    fn decode_id(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode(from)
    }

            fn parse_id(text: &str) -> Result<Self, InvalidId> {
                text.parse().map_err(|_| InvalidId::Mismatch {
                    id: text.to_owned(),
                    expected: concat!("a whole number of type ", stringify!($ty)),
                })
            }

            fn example() -> Self {
                1
            }
        }
    )*};
}

whole_number!(u8, u16, u32, u64, i8, i16, i32, i64);

/// Appends `id` as one token of a subject: `[A-Za-z0-9_-]` as it is, every other byte as `=XX`.
///
/// The escape keeps wildcards, dots, blanks and line ends out of the protocol, whatever an id
/// holds, and is reversible.
pub(crate) fn push_token(subject: &mut String, id: &str) {
    for byte in id.bytes() {
        if is_plain(byte) {
            subject.push(char::from(byte));
        } else {
            let _ = write!(subject, "={byte:02X}");
        }
    }
}

fn token_len(id: &str) -> usize {
    id.bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
