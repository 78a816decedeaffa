//! Reads DAG-CBOR, and accepts nothing that [`Encoder`](super::Encoder) would not have written.

use super::{LINK, MAX_DEPTH_IN_ITSELF, Value, major, simple};
use crate::cid::EventCid;

/// Values may be nested this deep; deeper input is hostile.
const MAX_DEPTH: u8 = 128;

/// Why bytes were not read as what they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {problem}")]
pub struct DecodeError {
    /// How far into the input the reader was.
    pub offset: usize,
    /// What was wrong there.
    pub problem: String,
}

/// Reads canonical DAG-CBOR from a slice.
#[derive(Debug, Clone)]
pub struct Decoder<'a> {
    rest: &'a [u8],
    len: usize,
    depth: u8,
    /// How deep inside of values of types that contain themselves.
    depth_in_itself: u8,
}

impl<'a> Decoder<'a> {
    /// Reads `bytes` from the start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, len: bytes.len(), depth: 0, depth_in_itself: 0 }
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// When bytes are left.
    pub fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.error(format!("{} more bytes follow the value", self.rest.len())))
    }

    /// An error at the present place.
    #[cold]
    pub fn error(&self, problem: impl Into<String>) -> DecodeError {
        DecodeError { offset: self.len - self.rest.len(), problem: problem.into() }
    }

    /// The head of a map that must have `len` entries.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    #[inline]
    pub fn map(&mut self, len: usize) -> Result<&mut Self, DecodeError> {
        let found = self.head(major::MAP)?;
        self.expect_len("entries", len, found)?;
        Ok(self)
    }

    /// The head of an array that must have `len` items.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    #[inline]
    pub fn array(&mut self, len: usize) -> Result<(), DecodeError> {
        let found = self.head(major::ARRAY)?;
        self.expect_len("items", len, found)
    }

    /// The number of items of an array of any length.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    pub fn any_array(&mut self) -> Result<usize, DecodeError> {
        let len = self.head(major::ARRAY)?;
        self.plausible(len)
    }

    /// The number of entries of a map of any length.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    pub fn any_map(&mut self) -> Result<usize, DecodeError> {
        let len = self.head(major::MAP)?;
        self.plausible(len)
    }

    /// The value under `key`, which must come next.
    ///
    /// # Errors
    ///
    /// When another key comes next, or the value is not a `T`.
    #[inline]
    pub fn field<T: Value>(&mut self, key: &str) -> Result<T, DecodeError> {
        self.key(key)?;
        T::decode(self)
    }

    /// The key `key`, which must come next.
    ///
    /// # Errors
    ///
    /// When another one does.
    #[inline(always)]
    pub fn key(&mut self, key: &str) -> Result<(), DecodeError> {
        // A key of fewer than 24 bytes begins with one byte that says so, and is compared as it stands.
        if let Some((head, rest)) = self.rest.split_first()
            && key.len() < 24
            && *head == major::TEXT << 5 | key.len() as u8
            && let Some((found, rest)) = rest.split_at_checked(key.len())
            && found == key.as_bytes()
        {
            self.rest = rest;
            return Ok(());
        }
        self.long_key(key)
    }

    fn long_key(&mut self, key: &str) -> Result<(), DecodeError> {
        let before = self.clone();
        if self.text()? == key {
            return Ok(());
        }
        Err(before.error(format!("the key `{key}` is missing or out of order")))
    }

    /// Reads a value whose type may contain itself.
    ///
    /// # Errors
    ///
    /// When it does so without a reasonable end, and those of `decode`.
    #[doc(hidden)]
    pub fn nested<T>(
        &mut self,
        decode: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        if self.depth_in_itself == MAX_DEPTH_IN_ITSELF {
            let problem = format!("a value contains itself more than {MAX_DEPTH_IN_ITSELF} deep");
            return Err(self.error(problem));
        }
        self.depth_in_itself += 1;
        let value = decode(self);
        self.depth_in_itself -= 1;
        value
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    #[inline]
    pub fn text(&mut self) -> Result<&'a str, DecodeError> {
        let len = self.head(major::TEXT)?;
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes).map_err(|_| self.error("a text is not UTF-8"))
    }

    /// A byte string.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.head(major::BYTES)?;
        self.take(len)
    }

    /// A whole number from zero.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    #[inline]
    pub fn unsigned(&mut self) -> Result<u64, DecodeError> {
        self.head(major::UNSIGNED)
    }

    /// A whole number of at most 64 bits with its sign.
    ///
    /// # Errors
    ///
    /// When something else stands there, or a larger number.
    #[inline]
    pub fn signed(&mut self) -> Result<i64, DecodeError> {
        let negative = self.peek()? >> 5 == major::NEGATIVE;
        let magnitude = self.head(u8::from(negative))?;
        let number = i64::try_from(magnitude)
            .map_err(|_| self.error("the number does not fit into 64 bits"))?;
        Ok(if negative { !number } else { number })
    }

    /// A finite float.
    ///
    /// # Errors
    ///
    /// When something else stands there, or a form that is not canonical.
    pub fn float(&mut self) -> Result<f64, DecodeError> {
        self.expect_byte(simple::FLOAT, "a 64-bit float")?;
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        let number = f64::from_be_bytes(bytes);
        if !number.is_finite() {
            return Err(self.error("a float is not finite"));
        }
        if number == 0.0 && number.is_sign_negative() {
            return Err(self.error("minus zero is written as zero"));
        }
        Ok(number)
    }

    /// A truth value.
    ///
    /// # Errors
    ///
    /// When something else stands there.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.peek()? {
            simple::TRUE => self.take(1).map(|_| true),
            simple::FALSE => self.take(1).map(|_| false),
            _ => Err(self.error("expected true or false")),
        }
    }

    /// Whether null stands here; it is taken if so.
    ///
    /// # Errors
    ///
    /// When the input has ended.
    #[inline]
    pub fn null(&mut self) -> Result<bool, DecodeError> {
        let null = self.peek()? == simple::NULL;
        if null {
            self.take(1)?;
        }
        Ok(null)
    }

    /// The name of an enum's variant, and whether its data follows.
    ///
    /// # Errors
    ///
    /// When no variant stands there.
    pub fn variant(&mut self) -> Result<(&'a str, bool), DecodeError> {
        let has_data = self.peek()? >> 5 == major::MAP;
        if has_data {
            self.map(1)?;
        }
        Ok((self.text()?, has_data))
    }

    /// The error for a variant that its enum does not have.
    #[cold]
    pub fn unknown_variant(&self, name: &str) -> DecodeError {
        self.error(format!("no variant `{name}` of this form"))
    }

    /// A link to an event's block.
    ///
    /// # Errors
    ///
    /// When something else stands there, or a CID of another codec or hash.
    pub fn link(&mut self) -> Result<EventCid, DecodeError> {
        let cid = self.any_link()?;
        EventCid::from_bytes(cid).map_err(|error| self.error(error.to_string()))
    }

    /// The bytes that were read since `before`.
    pub(super) fn since(&self, before: &Self) -> &'a [u8] {
        &before.rest[..before.rest.len() - self.rest.len()]
    }

    /// Whether a link stands here.
    pub(crate) fn at_link(&self) -> bool {
        self.rest.first().is_some_and(|byte| byte >> 5 == major::TAG)
    }

    /// Passes over one value of any type, checking that it is canonical, and returns its bytes.
    ///
    /// # Errors
    ///
    /// Where the value is not canonical DAG-CBOR.
    pub fn skip(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.clone();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("values are nested more than {MAX_DEPTH} deep")));
        }
        match self.peek()? >> 5 {
            major::UNSIGNED => self.unsigned().map(drop)?,
            major::NEGATIVE => self.head(major::NEGATIVE).map(drop)?,
            major::BYTES => self.bytes().map(drop)?,
            major::TEXT => self.text().map(drop)?,
            major::ARRAY => {
                for _ in 0..self.any_array()? {
                    self.skip()?;
                }
            }
            major::MAP => self.skip_map()?,
            major::TAG => self.any_link().map(drop)?,
            _ => self.skip_simple()?,
        }
        self.depth -= 1;
        Ok(self.since(&start))
    }

    fn skip_map(&mut self) -> Result<(), DecodeError> {
        let mut last: Option<&str> = None;
        for _ in 0..self.any_map()? {
            let here = self.clone();
            let key = self.text()?;
            // Length first, then bytes: RFC 7049's canonical order, which DAG-CBOR keeps.
            if last.is_some_and(|last| (last.len(), last) >= (key.len(), key)) {
                return Err(here.error(format!("the key `{key}` is out of order or stands twice")));
            }
            last = Some(key);
            self.skip()?;
        }
        Ok(())
    }

    fn skip_simple(&mut self) -> Result<(), DecodeError> {
        match self.peek()? {
            simple::FALSE | simple::TRUE | simple::NULL => self.take(1).map(drop),
            simple::FLOAT => self.float().map(drop),
            byte => Err(self.error(format!("0x{byte:02x} does not exist in DAG-CBOR"))),
        }
    }

    fn any_link(&mut self) -> Result<&'a [u8], DecodeError> {
        if self.head(major::TAG)? != LINK {
            return Err(self.error("DAG-CBOR has no tag but 42"));
        }
        match self.bytes()? {
            [0, cid @ ..] if is_cid(cid) => Ok(cid),
            _ => Err(self.error("a link is not a CID after a zero byte")),
        }
    }

    /// A head of the given major type, in its shortest form.
    #[inline(always)]
    fn head(&mut self, major: u8) -> Result<u64, DecodeError> {
        let byte = self.peek()?;
        if byte >> 5 != major {
            return Err(self.found_other(major, byte));
        }
        let info = byte & 0x1f;
        if info < 24 {
            self.rest = &self.rest[1..];
            return Ok(u64::from(info));
        }
        self.long_head(info)
    }

    #[cold]
    fn found_other(&self, major: u8, byte: u8) -> DecodeError {
        self.error(format!("expected {}, found {}", noun(major), noun(byte >> 5)))
    }

    fn long_head(&mut self, info: u8) -> Result<u64, DecodeError> {
        let here = self.clone();
        let (width, smallest) = match info {
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(here.error("a length is not definite")),
        };
        self.take(1)?;
        let mut bytes = [0; 8];
        bytes[8 - width..].copy_from_slice(self.take(width as u64)?);
        let value = u64::from_be_bytes(bytes);
        if value < smallest {
            return Err(here.error("a number is not in its shortest form"));
        }
        Ok(value)
    }

    #[inline(always)]
    fn take(&mut self, len: u64) -> Result<&'a [u8], DecodeError> {
        let taken = usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len));
        let Some((taken, rest)) = taken else {
            return Err(self.too_short(len));
        };
        self.rest = rest;
        Ok(taken)
    }

    #[cold]
    fn too_short(&self, len: u64) -> DecodeError {
        self.error(format!("{len} bytes are announced, {} follow", self.rest.len()))
    }

    #[inline(always)]
    fn peek(&self) -> Result<u8, DecodeError> {
        self.rest
            .first()
            .copied()
            .ok_or_else(|| self.error("the bytes end in the middle of a value"))
    }

    fn expect_byte(&mut self, byte: u8, what: &str) -> Result<(), DecodeError> {
        if self.peek()? != byte {
            return Err(self.error(format!("expected {what}")));
        }
        self.take(1).map(drop)
    }

    #[inline]
    fn expect_len(&self, what: &str, expected: usize, found: u64) -> Result<(), DecodeError> {
        if found == expected as u64 {
            return Ok(());
        }
        Err(self.error(format!("expected {expected} {what}, found {found}")))
    }

    // Every item takes a byte at least, so a greater announcement cannot be true: refused before
    // anyone reserves memory for it.
    fn plausible(&self, len: u64) -> Result<usize, DecodeError> {
        match usize::try_from(len) {
            Ok(len) if len <= self.rest.len() => Ok(len),
            _ => {
                Err(self
                    .error(format!("{len} items are announced, {} bytes follow", self.rest.len())))
            }
        }
    }
}

/// Whether the bytes are one CID and nothing more. The library passes over bytes that follow a CID,
/// and would drop them when it writes the link again.
fn is_cid(bytes: &[u8]) -> bool {
    EventCid::from_bytes(bytes).is_ok()
        || ::cid::Cid::try_from(bytes).is_ok_and(|cid| cid.to_bytes() == bytes)
}

fn noun(major: u8) -> &'static str {
    match major {
        major::UNSIGNED => "a whole number",
        major::NEGATIVE => "a negative number",
        major::BYTES => "bytes",
        major::TEXT => "a text",
        major::ARRAY => "an array",
        major::MAP => "a map",
        major::TAG => "a link",
        _ => "a float, a truth value or null",
    }
}
