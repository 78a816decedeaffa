//! Values made of values.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::value::Container;
use super::{DecodeError, Decoder, Encoder, Key, OneOrder, Shape, Value};

impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = Shape::Option(&T::SHAPE);
    const NULLABLE: bool = {
        assert!(!T::NULLABLE, "an `Option` of an `Option` cannot be stored: both are null");
        true
    };

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        const { assert!(Self::NULLABLE) };
        match self {
            Some(value) => value.encode(to),
            None => to.null(),
        }
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        if from.null()? { Ok(None) } else { T::decode(from).map(Some) }
    }
}

impl<T: Value> Value for Box<T> {
    const SHAPE: Shape = T::SHAPE;
    const NULLABLE: bool = T::NULLABLE;

    fn encode(&self, to: &mut Encoder) {
        (**self).encode(to);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        T::decode(from).map(Box::new)
    }
}

impl<T: Value> Value for Vec<T> {
    const SHAPE: Shape = T::SHAPE_OF_MANY;

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        T::encode_all(self, to);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        T::decode_all(from)
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    const SHAPE: Shape = Shape::Array(&T::SHAPE_OF_MANY, N);

    fn encode(&self, to: &mut Encoder) {
        T::encode_all(self, to);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let items = T::decode_all(from)?;
        let found = items.len();
        items.try_into().map_err(|_| from.error(format!("expected {N} items, found {found}")))
    }
}

/// A set is an array whose items stand in the order of their bytes, not in that of `Ord`: what is
/// stored outlives the code, and a changed `Ord` must not make it unreadable. Items that are written
/// alike (times within one microsecond) are written once.
impl<T: Value + Ord> Value for BTreeSet<T> {
    const SHAPE: Shape = Shape::Set(&T::SHAPE);

    fn encode(&self, to: &mut Encoder) {
        to.set(self.iter());
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut set = Self::new();
        let mut last: &[u8] = &[];
        for _ in 0..from.any_array()? {
            let before = from.clone();
            let item = T::decode(from)?;
            let bytes = from.since(&before);
            if last >= bytes || !set.insert(item) {
                return Err(before.error("an item of a set is out of order or stands twice"));
            }
            last = bytes;
        }
        Ok(set)
    }
}

impl<K: Key, V: Value> Value for BTreeMap<K, V> {
    const SHAPE: Shape = Shape::Map(&V::SHAPE);

    fn encode(&self, to: &mut Encoder) {
        let mut entries: Vec<_> = self.iter().map(|(key, value)| (key.to_key(), value)).collect();
        // Rust orders texts by bytes, DAG-CBOR by length first.
        entries.sort_unstable_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
        to.map(entries.len());
        for (key, value) in entries {
            to.text(&key);
            value.encode(to);
        }
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let mut map = Self::new();
        let mut last: Option<&str> = None;
        for _ in 0..from.any_map()? {
            let text = from.text()?;
            if last.is_some_and(|last| (last.len(), last) >= (text.len(), text)) {
                return Err(from.error(format!("the key `{text}` is out of order or stands twice")));
            }
            last = Some(text);
            // A key may be parsed from several texts (a UUID in capitals), and is written as one.
            let key = K::from_key(text).filter(|key| key.to_key() == text);
            let Some(key) = key else {
                return Err(from.error(format!("`{text}` is not a key of this map")));
            };
            map.insert(key, V::decode(from)?);
        }
        Ok(map)
    }
}

// Of maps and sets without an order rustc says what `OneOrder` says.

impl<K, V, S> Value for HashMap<K, V, S>
where
    Container: OneOrder<HashMap<K, V, S>>,
{
    const SHAPE: Shape = Shape::Of("unordered");

    fn encode(&self, _: &mut Encoder) {}

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Err(from.error("has no single order"))
    }
}

impl<T, S> Value for HashSet<T, S>
where
    Container: OneOrder<HashSet<T, S>>,
{
    const SHAPE: Shape = Shape::Of("unordered");

    fn encode(&self, _: &mut Encoder) {}

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Err(from.error("has no single order"))
    }
}

macro_rules! tuple {
    ($len:literal: $($name:ident $index:tt),*) => {
        impl<$($name: Value),*> Value for ($($name,)*) {
            const SHAPE: Shape = Shape::Tuple(&[$($name::SHAPE),*]);

            fn encode(&self, to: &mut Encoder) {
                to.array($len);
                $(self.$index.encode(to);)*
            }

            fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                from.array($len)?;
                Ok(($($name::decode(from)?,)*))
            }
        }
    };
}

tuple!(2: A 0, B 1);
tuple!(3: A 0, B 1, C 2);
tuple!(4: A 0, B 1, C 2, D 3);
