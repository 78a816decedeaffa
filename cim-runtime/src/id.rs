//! Ids of aggregates, and their form in a subject.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::str::FromStr;

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
    Value
    + Clone
    + fmt::Debug
    + fmt::Display
    + FromStr<Err = InvalidId>
    + Ord
    + Hash
    + Send
    + Sync
    + 'static
{
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
    /// An aggregate's name could not be part of a subject.
    #[error(
        "`{0}` is not the name of an aggregate: expected `<domain>.<name>`, such as `shop.order`, of a-z, 0-9, _ and -, 50 bytes at most"
    )]
    Aggregate(String),
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
    label = "not `String`, `Uuid`, or a whole number",
    note = "an id becomes a part of a subject, and must have one text: write `(String)`, `(Uuid)`, or `(u64)`"
)]
pub trait IdInner: Value + Clone + fmt::Debug + fmt::Display + Ord + Hash {
    /// Reads the text form.
    fn parse_id(text: &str) -> Result<Self, InvalidId>;

    // The derive asks for everything through this trait: of a type that cannot stand inside, rustc
    // then says one thing, and once.

    #[doc(hidden)]
    const SHAPE: Shape = <Self as Value>::SHAPE;

    #[doc(hidden)]
    fn encode_id(&self, to: &mut Encoder) {
        self.encode(to);
    }

    #[doc(hidden)]
    fn decode_id(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::decode(from)
    }

    #[doc(hidden)]
    fn clone_id(&self) -> Self {
        self.clone()
    }

    #[doc(hidden)]
    fn debug_id(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }

    #[doc(hidden)]
    fn display_id(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }

    #[doc(hidden)]
    fn cmp_id(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    #[doc(hidden)]
    fn hash_id<H: Hasher>(&self, state: &mut H) {
        self.hash(state);
    }
}

impl IdInner for String {
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
}

impl IdInner for Uuid {
    fn parse_id(text: &str) -> Result<Self, InvalidId> {
        text.parse().map_err(|_| InvalidId::Mismatch { id: text.to_owned(), expected: "a UUID" })
    }
}

macro_rules! whole_number {
    ($($ty:ty),*) => {$(
        impl IdInner for $ty {
            fn parse_id(text: &str) -> Result<Self, InvalidId> {
                text.parse().map_err(|_| InvalidId::Mismatch {
                    id: text.to_owned(),
                    expected: concat!("a whole number of type ", stringify!($ty)),
                })
            }
        }
    )*};
}

whole_number!(u8, u16, u32, u64, i8, i16, i32, i64);

/// Appends `id` as one token of a subject: `[A-Za-z0-9_-]` as it is, every other byte as `=XX`.
///
/// The escape keeps wildcards, dots, blanks and line ends out of the protocol, whatever an id
/// holds, and is reversible.
pub(crate) fn push_token(subject: &mut String, id: &[u8]) {
    for &byte in id {
        if is_plain(byte) {
            subject.push(char::from(byte));
        } else {
            let _ = write!(subject, "={byte:02X}");
        }
    }
}

/// What [`push_token`] wrote, read back.
#[cfg(any(test, feature = "jetstream"))]
pub(crate) fn token_bytes(token: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        match first {
            b'=' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
                rest = behind;
            }
            byte => bytes.push(*byte),
        }
    }
    Some(bytes)
}

fn token_len(id: &str) -> usize {
    id.bytes().map(|byte| if is_plain(byte) { 1 } else { 3 }).sum()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(id: &str) -> String {
        let mut token = String::new();
        push_token(&mut token, id.as_bytes());
        token
    }

    #[test]
    fn what_nats_would_read_is_escaped() {
        assert_eq!(token("aZ09_-"), "aZ09_-");
        assert_eq!(token("*"), "=2A");
        assert_eq!(token(">"), "=3E");
        assert_eq!(token("a.b c"), "a=2Eb=20c");
        assert_eq!(token("\r\n\0"), "=0D=0A=00");
        assert_eq!(token("="), "=3D");
        assert_eq!(token("é"), "=C3=A9");
    }

    #[test]
    fn an_id_takes_200_bytes_at_most() {
        assert!(String::parse_id(&"a".repeat(200)).is_ok());
        assert!(String::parse_id(&"a".repeat(201)).is_err());
        assert!(String::parse_id(&".".repeat(66)).is_ok());
        let error = String::parse_id(&".".repeat(67)).unwrap_err();
        assert!(matches!(error, InvalidId::TooLong { len: 201, .. }), "{error}");
        assert_eq!(String::parse_id(""), Err(InvalidId::Empty));
    }

    #[test]
    fn ids_of_other_types_say_what_they_expect() {
        assert!(Uuid::parse_id("x").unwrap_err().to_string().ends_with("is not a UUID"));
        assert!(u8::parse_id("256").unwrap_err().to_string().contains("whole number of type u8"));
        assert_eq!(i64::parse_id("-5"), Ok(-5));
    }

    proptest! {
        #[test]
        fn escaping_is_reversible(text: String) {
            let token = token(&text);
            prop_assert!(token.bytes().all(|byte| is_plain(byte) || byte == b'='));
            prop_assert_eq!(token.len(), token_len(&text));
            prop_assert_eq!(token_bytes(&token), Some(text.into_bytes()));
        }
    }
}
