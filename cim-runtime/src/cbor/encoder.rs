//! Writes canonical DAG-CBOR.

use super::{LINK, MAX_DEPTH_IN_ITSELF, Value, major, simple};
use crate::cid::EventCid;

/// Why a value has no encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// NaN and the infinities have no place in DAG-CBOR.
    #[error("a float is not finite: DAG-CBOR has no NaN and no infinity")]
    NotFinite,
    /// A value that contains values of its own type does so without a reasonable end.
    #[error("a value contains itself more than {MAX_DEPTH_IN_ITSELF} deep")]
    TooDeep,
    /// A block would not fit into a section.
    #[error("an event takes more than 16 MiB: keep large things outside and store their hash")]
    TooLarge,
}

/// Appends canonical DAG-CBOR to a buffer.
///
/// Writing never fails; what cannot be written is remembered and reported once, by
/// [`Encoder::finish`], so that generated encoders stay straight lines.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
    error: Option<EncodeError>,
    /// How deep inside of values of types that contain themselves.
    depth: u8,
}

impl Encoder {
    /// Appends to `bytes`.
    pub fn append_to(bytes: Vec<u8>) -> Self {
        Self { bytes, error: None, depth: 0 }
    }

    /// The bytes, or the first reason why a value had no encoding.
    ///
    /// # Errors
    ///
    /// When a float was not finite, or a value contained itself too deep.
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.error {
            None => Ok(self.bytes),
            Some(error) => Err(error),
        }
    }

    /// How many bytes there are by now.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The head of a map of `len` entries; their keys must follow in canonical order.
    #[inline]
    pub fn map(&mut self, len: usize) -> &mut Self {
        self.head(major::MAP, len as u64);
        self
    }

    /// The head of an array of `len` items.
    #[inline]
    pub fn array(&mut self, len: usize) {
        self.head(major::ARRAY, len as u64);
    }

    /// An array of items that have no order of their own: each once, in the order of their bytes.
    pub(super) fn set<'a, T: Value + 'a>(
        &mut self,
        items: impl ExactSizeIterator<Item = &'a T> + Clone,
    ) {
        let start = self.bytes.len();
        self.array(items.len());
        let mut last = self.bytes.len()..self.bytes.len();
        let mut ascending = true;
        for item in items.clone() {
            let next = self.bytes.len();
            item.encode(self);
            ascending &= self.bytes[last] < self.bytes[next..];
            last = next..self.bytes.len();
        }
        if !ascending {
            self.bytes.truncate(start);
            self.sorted_set(items);
        }
    }

    #[cold]
    fn sorted_set<'a, T: Value + 'a>(&mut self, items: impl Iterator<Item = &'a T>) {
        let items = items.map(|item| {
            let mut to = Self::default();
            item.encode(&mut to);
            to.bytes
        });
        let mut items: Vec<_> = items.collect();
        items.sort_unstable();
        items.dedup();
        self.array(items.len());
        for item in items {
            self.bytes.extend_from_slice(&item);
        }
    }

    /// Appends a value whose type may contain itself.
    #[doc(hidden)]
    pub fn nested(&mut self, encode: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH_IN_ITSELF {
            self.error.get_or_insert(EncodeError::TooDeep);
            return;
        }
        self.depth += 1;
        encode(self);
        self.depth -= 1;
    }

    /// A text, also as the key of a map.
    #[inline]
    pub fn text(&mut self, text: &str) {
        self.head(major::TEXT, text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A byte string.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.head(major::BYTES, bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// A whole number from zero.
    #[inline]
    pub fn unsigned(&mut self, number: u64) {
        self.head(major::UNSIGNED, number);
    }

    /// A whole number.
    #[inline]
    pub fn signed(&mut self, number: i64) {
        match u64::try_from(number) {
            Ok(number) => self.unsigned(number),
            // CBOR stores -1 - n, which is the bitwise complement.
            Err(_) => self.head(major::NEGATIVE, !number as u64),
        }
    }

    /// A finite float. Minus zero equals zero and is written as zero, or equal values would have
    /// two encodings.
    #[inline]
    pub fn float(&mut self, number: f64) {
        if !number.is_finite() {
            self.error.get_or_insert(EncodeError::NotFinite);
        }
        let number = if number == 0.0 { 0.0 } else { number };
        self.bytes.push(simple::FLOAT);
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    /// A truth value.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { simple::TRUE } else { simple::FALSE });
    }

    /// A value that is encoded already.
    pub(crate) fn encoded(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// The absence of a value.
    #[inline]
    pub fn null(&mut self) {
        self.bytes.push(simple::NULL);
    }

    /// A link to a block.
    #[inline]
    pub fn link(&mut self, cid: &EventCid) {
        self.head(major::TAG, LINK);
        self.head(major::BYTES, 1 + EventCid::LEN as u64);
        self.bytes.push(0);
        self.bytes.extend_from_slice(&cid.to_bytes());
    }

    #[inline]
    fn head(&mut self, major: u8, value: u64) {
        let major = major << 5;
        if value < 24 {
            self.bytes.push(major | value as u8);
        } else {
            self.long_head(major, value);
        }
    }

    #[inline]
    fn long_head(&mut self, major: u8, value: u64) {
        if let Ok(value) = u8::try_from(value) {
            self.bytes.extend_from_slice(&[major | 24, value]);
        } else if let Ok(value) = u16::try_from(value) {
            let [a, b] = value.to_be_bytes();
            self.bytes.extend_from_slice(&[major | 25, a, b]);
        } else if let Ok(value) = u32::try_from(value) {
            let [a, b, c, d] = value.to_be_bytes();
            self.bytes.extend_from_slice(&[major | 26, a, b, c, d]);
        } else {
            let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
            self.bytes.extend_from_slice(&[major | 27, a, b, c, d, e, f, g, h]);
        }
    }
}
