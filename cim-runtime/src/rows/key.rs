//! The keys of rows: written so that their bytes are ordered as they are.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::cbor::Fingerprint;
use crate::id::DomainId;

/// A type that may be the key of a [`Table`](super::Table): texts, ids, whole numbers, `bool`, UUIDs,
/// dates and times, and tuples of them.
///
/// Rows stand in the order of their keys. Ids are ordered by their text.
///
/// ```
/// use cim_runtime::rows::RowKey;
///
/// assert!((-5i64).to_bytes() < 3i64.to_bytes());
/// assert!(("ab".to_owned(), 300u32).to_bytes() < ("b".to_owned(), 2).to_bytes());
/// assert_eq!(<(String, u32)>::from_bytes(&("ab".to_owned(), 300u32).to_bytes()), Some(("ab".into(), 300)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a table",
    label = "not a key",
    note = "use an id, a `String`, a whole number, `bool`, `Uuid`, `Timestamp`, a date, or a tuple of them"
)]
pub trait RowKey: Clone + Ord + std::hash::Hash + Send + Sync + 'static {
    /// What a read model remembers of the type, to know when it has become another.
    #[doc(hidden)]
    const SHAPE: u64;

    /// Appends the key so that it can be told from what follows it.
    fn push(&self, to: &mut Vec<u8>);

    /// Reads what [`RowKey::push`] wrote at the start of `from`, and moves behind it.
    fn take(from: &mut &[u8]) -> Option<Self>;

    /// The key alone.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.push(&mut bytes);
        bytes
    }

    /// The key that has these bytes.
    fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let key = Self::take(&mut bytes)?;
        bytes.is_empty().then_some(key)
    }
}

/// A type that the keys `K` may start with: all rows that do are read by
/// [`Table::with_prefix`](super::Table::with_prefix).
#[diagnostic::on_unimplemented(
    message = "keys of the type `{K}` do not start with `{Self}`",
    label = "not the start of a key",
    note = "the prefix of a tuple is its first item, or a tuple of its first items"
)]
pub trait Prefix<K>: RowKey {}

/// A text ends with a byte that stands below all others; the two lowest are written with two.
const END: u8 = 0;
const ESCAPE: u8 = 1;

impl RowKey for String {
    const SHAPE: u64 = Fingerprint::START.name("text").number();

    fn push(&self, to: &mut Vec<u8>) {
        push_text(self, to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        take_text(from)
    }
}

fn push_text(text: &str, to: &mut Vec<u8>) {
    to.reserve(text.len() + 1);
    for byte in text.bytes() {
        if byte <= ESCAPE {
            to.push(ESCAPE);
        }
        to.push(byte + u8::from(byte <= ESCAPE));
    }
    to.push(END);
}

fn take_text(from: &mut &[u8]) -> Option<String> {
    let mut text = Vec::new();
    let mut bytes = from.iter();
    loop {
        match *bytes.next()? {
            END => break,
            ESCAPE => text.push(bytes.next()?.checked_sub(1)?),
            byte => text.push(byte),
        }
    }
    *from = bytes.as_slice();
    String::from_utf8(text).ok()
}

#[diagnostic::do_not_recommend]
impl<I: DomainId> RowKey for I {
    const SHAPE: u64 = Fingerprint::START.name("text").number();

    fn push(&self, to: &mut Vec<u8>) {
        push_text(&self.to_string(), to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        take_text(from)?.parse().ok()
    }
}

fn take_array<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(*bytes)
}

macro_rules! numbers {
    ($($ty:ty as $unsigned:ty, $flip:expr);*) => {$(
        impl RowKey for $ty {
            const SHAPE: u64 = Fingerprint::START.name(stringify!($ty)).number();

            fn push(&self, to: &mut Vec<u8>) {
                // With its sign turned over, a negative number stands below the others.
                to.extend_from_slice(&((*self as $unsigned) ^ $flip).to_be_bytes());
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some((<$unsigned>::from_be_bytes(take_array(from)?) ^ $flip) as $ty)
            }
        }
    )*};
}

numbers! {
    u8 as u8, 0; u16 as u16, 0; u32 as u32, 0; u64 as u64, 0;
    i8 as u8, 1 << 7; i16 as u16, 1 << 15; i32 as u32, 1 << 31; i64 as u64, 1 << 63
}

impl RowKey for bool {
    const SHAPE: u64 = Fingerprint::START.name("bool").number();

    fn push(&self, to: &mut Vec<u8>) {
        to.push((*self).into());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl RowKey for Uuid {
    const SHAPE: u64 = Fingerprint::START.name("uuid").number();

    fn push(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        take_array(from).map(Self::from_bytes)
    }
}

impl RowKey for Timestamp {
    const SHAPE: u64 = Fingerprint::START.name("time").number();

    fn push(&self, to: &mut Vec<u8>) {
        self.as_microsecond().push(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Self::from_microsecond(i64::take(from)?).ok()
    }
}

impl RowKey for Date {
    const SHAPE: u64 = Fingerprint::START.name("date").number();

    fn push(&self, to: &mut Vec<u8>) {
        self.year().push(to);
        self.month().push(to);
        self.day().push(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Self::new(i16::take(from)?, i8::take(from)?, i8::take(from)?).ok()
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: RowKey),*> RowKey for ($($name,)*) {
            const SHAPE: u64 = Fingerprint::START$(.mix($name::SHAPE))*.number();

            #[allow(non_snake_case, reason = "one name for the type and its value")]
            fn push(&self, to: &mut Vec<u8>) {
                let ($($name,)*) = self;
                $($name.push(to);)*
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some(($($name::take(from)?,)*))
            }
        }
    )*};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
}

impl<A: RowKey, B: RowKey> Prefix<(A, B)> for A {}
impl<A: RowKey, B: RowKey, C: RowKey> Prefix<(A, B, C)> for A {}
impl<A: RowKey, B: RowKey, C: RowKey, D: RowKey> Prefix<(A, B, C, D)> for A {}
impl<A: RowKey, B: RowKey, C: RowKey> Prefix<(A, B, C)> for (A, B) {}
impl<A: RowKey, B: RowKey, C: RowKey, D: RowKey> Prefix<(A, B, C, D)> for (A, B) {}
impl<A: RowKey, B: RowKey, C: RowKey, D: RowKey> Prefix<(A, B, C, D)> for (A, B, C) {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<K: RowKey + std::fmt::Debug>(a: &K, b: &K) {
        assert_eq!(a.to_bytes().cmp(&b.to_bytes()), a.cmp(b), "{a:?} {b:?}");
        assert_eq!(K::from_bytes(&a.to_bytes()).as_ref(), Some(a));
        let mut longer = a.to_bytes();
        longer.push(0);
        assert_eq!(K::from_bytes(&longer), None, "{a:?} and more");
    }

    proptest! {
        #[test]
        fn bytes_are_ordered_as_keys_are(
            a: (String, i64, u8, bool), b: (String, i64, u8, bool),
            c: (u128, i32), d: (u128, i32),
        ) {
            check(&a, &b);
            check(&(a.0.clone(), a.0.clone()), &(a.0.clone(), b.0.clone()));
            check(&Uuid::from_u128(c.0), &Uuid::from_u128(d.0));
            let time = |seconds: i32| Timestamp::from_second(seconds.into()).unwrap();
            check(&time(c.1), &time(d.1));
            let date = |seconds: i32| time(seconds).to_zoned(jiff::tz::TimeZone::UTC).date();
            check(&date(c.1), &date(d.1));
        }

        #[test]
        fn a_prefix_has_the_first_bytes_of_its_keys(a: (String, u32, String)) {
            let key = a.to_bytes();
            prop_assert!(key.starts_with(&a.0.to_bytes()));
            prop_assert!(key.starts_with(&(a.0.clone(), a.1).to_bytes()));
            // And no other text is one.
            let other = format!("{}x", a.0).to_bytes();
            prop_assert!(!key.starts_with(&other));
        }
    }

    #[test]
    fn what_is_no_key_is_told() {
        assert_eq!(String::from_bytes(b"no end"), None);
        assert_eq!(String::from_bytes(b"\xff\0"), None);
        assert_eq!(bool::from_bytes(&[2]), None);
        assert_eq!(u32::from_bytes(&[1, 2]), None);
    }
}
