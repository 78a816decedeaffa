//! Canonical DAG-CBOR: what may stand in an event, and the one way to write it.
//!
//! A CID is the hash of bytes, so one value must have one encoding. The rules are those of the
//! [DAG-CBOR specification]: shortest heads, definite lengths, text keys sorted by length and then
//! by bytes, 64-bit finite floats, and no tag but 42 (a link).
//!
//! [DAG-CBOR specification]: https://ipld.io/specs/codecs/dag-cbor/spec/

mod around;
mod decoder;
mod elsewhere;
mod encoder;
mod fingerprint;
mod key;
mod part;
mod shape;
mod value;

mod collections;
mod numbers;
mod text;
mod times;

pub use around::Around;
pub use decoder::{DecodeError, Decoder};
pub use encoder::{EncodeError, Encoder};
pub(crate) use fingerprint::Fingerprint;
pub use key::Key;
pub use part::Part;
pub use shape::{Field, Shape};
pub use value::{OneOrder, Value};

/// Encodes one value, alone.
///
/// ```
/// use cim_runtime::cbor;
///
/// assert_eq!(cbor::to_vec(&vec![1u32, 500]).unwrap(), [0x82, 0x01, 0x19, 0x01, 0xf4]);
/// ```
///
/// # Errors
///
/// When the value holds a float that is not finite: DAG-CBOR has none.
pub fn to_vec<T: Value>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut to = Encoder::default();
    value.encode(&mut to);
    to.finish()
}

/// Decodes one value that fills the whole input.
///
/// # Errors
///
/// When the bytes are not the canonical encoding of a `T`, or more bytes follow.
pub fn from_slice<T: Value>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut from = Decoder::new(bytes);
    let value = T::decode(&mut from)?;
    from.finish()?;
    Ok(value)
}

/// Checks that `bytes` are exactly one canonical DAG-CBOR value, whatever it means.
///
/// # Errors
///
/// Names the first offset at which they are not.
pub fn check(bytes: &[u8]) -> Result<(), DecodeError> {
    let mut from = Decoder::new(bytes);
    from.skip()?;
    from.finish()
}

/// CBOR's major types, in the top three bits of a head.
mod major {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const BYTES: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const ARRAY: u8 = 4;
    pub(super) const MAP: u8 = 5;
    pub(super) const TAG: u8 = 6;
}

/// The one-byte values of CBOR's last major type that DAG-CBOR knows.
mod simple {
    pub(super) const FALSE: u8 = 0xf4;
    pub(super) const TRUE: u8 = 0xf5;
    pub(super) const NULL: u8 = 0xf6;
    pub(super) const FLOAT: u8 = 0xfb;
}

/// A value may contain values of its own type this deep. The encoding of such a value then is not
/// nested deeper than any DAG-CBOR library reads, and a reader's stack is not at the mercy of what
/// it reads.
const MAX_DEPTH_IN_ITSELF: u8 = 32;

/// The only tag of DAG-CBOR: a CID as bytes, after one zero byte.
const LINK: u64 = 42;

#[cfg(test)]
mod tests;
