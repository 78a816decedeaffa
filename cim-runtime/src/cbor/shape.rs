//! A fingerprint of how a type is encoded.

/// Two types with one shape have one encoding: a snapshot is read only while the shape of what it
/// holds is still the one it was written with.
///
/// The shape of a struct covers the names and the shapes of its fields, and so on down; the name of
/// the type itself is not written and does not count.
///
/// ```
/// use cim_runtime::cbor::{Shape, Value};
///
/// assert_eq!(<Vec<u32>>::SHAPE, <Vec<u32>>::SHAPE);
/// assert_ne!(<Vec<u32>>::SHAPE, <Vec<u64>>::SHAPE);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape(u64);

impl Shape {
    /// The shape of something that has no parts.
    pub const fn of(name: &str) -> Self {
        Self(OFFSET).text(name)
    }

    /// The shape of a container of `items`.
    pub const fn list(name: &str, items: &[Shape]) -> Self {
        let mut shape = Self::of(name);
        let mut i = 0;
        while i < items.len() {
            shape = shape.mix(items[i]);
            i += 1;
        }
        shape
    }

    /// The shape of a map with these keys, or of an enum with these variants.
    pub const fn named(kind: &str, parts: &[(&str, Shape)]) -> Self {
        let mut shape = Self::of(kind);
        let mut i = 0;
        while i < parts.len() {
            shape = shape.text(parts[i].0).mix(parts[i].1);
            i += 1;
        }
        shape
    }

    /// The fingerprint as a number.
    pub const fn fingerprint(self) -> u64 {
        self.0
    }

    const fn mix(self, other: Shape) -> Self {
        let bytes = other.0.to_be_bytes();
        let mut shape = self;
        let mut i = 0;
        while i < bytes.len() {
            shape = shape.byte(bytes[i]);
            i += 1;
        }
        shape
    }

    const fn text(self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut shape = self;
        let mut i = 0;
        while i < bytes.len() {
            shape = shape.byte(bytes[i]);
            i += 1;
        }
        // An end mark, or ("ab", "c") and ("a", "bc") were one.
        shape.byte(0xff)
    }

    const fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(PRIME))
    }
}

// FNV-1a, 64 bits: small enough to run in a const, and shapes are not adversaries.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
