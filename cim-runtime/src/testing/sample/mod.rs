//! Sample values of any type, from its shape alone.
//!
//! What is sampled are canonical bytes, which the type then reads: no type says how it is sampled,
//! and no code is generated for it.

mod place;
#[cfg(feature = "proptest")]
pub(super) mod strategy;

use place::Place;

use uuid::Uuid;

use super::NOW;
use crate::cbor::{DecodeError, Decoder, EncodeError, Encoder, Shape, Value};
use crate::cid::EventCid;

/// The sample of a type with this number: small values, which come again in other types.
///
/// The first samples hold something wherever they can: a list has an item, an option is there.
pub(super) fn of<T: Value>(number: usize) -> Result<T, Unsampled> {
    sampled(&T::SHAPE, number, |from| T::decode(from)).map(|(value, _)| value)
}

/// The value that bytes are of which nothing is left over.
pub(super) fn decoded<T>(
    bytes: &[u8],
    decode: impl Fn(&mut Decoder<'_>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let mut from = Decoder::new(bytes);
    let value = decode(&mut from)?;
    from.finish()?;
    Ok(value)
}

/// Why a type has no samples.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsampled {
    #[error("a `{0}` has no samples, since its encoding is written by hand")]
    Unknown(&'static str),
    #[error("no sample is one: {0}")]
    Refused(#[from] DecodeError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// What the keys of maps are: a shape does not tell which texts a key can be. All maps of one value
/// have keys of one kind; where that cannot be, they are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Texts,
    Numbers,
    Uuids,
    /// Maps are empty.
    None,
}

impl Keys {
    const ALL: [Self; 4] = [Self::Texts, Self::Numbers, Self::Uuids, Self::None];

    /// The key with this number; `None` if there are none.
    fn key(self, number: usize) -> Option<String> {
        match self {
            Keys::Texts => Some(text(number)),
            Keys::Numbers => Some(number.to_string()),
            Keys::Uuids => Some(uuid(number).to_string()),
            Keys::None => None,
        }
    }
}

/// The sample that `decode` takes, and the keys with which it does.
pub(super) fn sampled<T>(
    shape: &Shape,
    number: usize,
    decode: impl Fn(&mut Decoder<'_>) -> Result<T, DecodeError>,
) -> Result<(T, Keys), Unsampled> {
    let mut refused = None;
    for keys in Keys::ALL {
        let mut to = Encoder::default();
        write(&Place::of(shape), number, keys, &mut to)?;
        match decoded(&to.finish()?, &decode) {
            Ok(value) => return Ok((value, keys)),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.map_or(Unsampled::Unknown("value"), Unsampled::Refused))
}

/// Appends the sample of a shape with this number.
fn write(at: &Place, n: usize, keys: Keys, to: &mut Encoder) -> Result<(), Unsampled> {
    match at.shape {
        Shape::Of(name) => return write_simple(name, n, to),
        Shape::Option(some) if n % 2 == 1 || !at.part(some).has_an_end() => to.null(),
        Shape::Option(some) => write(&at.part(some), n / 2, keys, to)?,
        Shape::List(item) => write_items(&at.part(item), n, many(&at.part(item), n), keys, to)?,
        Shape::Array(&Shape::Of("bytes"), len) => to.bytes(&vec![n as u8; len]),
        Shape::Array(&Shape::List(item), len) | Shape::Array(item, len) => {
            write_items(&at.part(item), n, len, keys, to)?
        }
        Shape::Set(item) => write_set(&at.part(item), n, keys, to)?,
        Shape::Map(value) => write_map(&at.part(value), n, keys, to)?,
        Shape::Tuple(items) => {
            to.array(items.len());
            items.iter().try_for_each(|item| write(&at.part(item), n, keys, to))?;
        }
        Shape::Record(fields) => {
            to.map(fields.len());
            for (key, field) in fields {
                to.text(key);
                write(&at.inside(field), n, keys, to)?;
            }
        }
        Shape::Enum([]) => return Err(Unsampled::Unknown("enum without variants")),
        Shape::Enum(variants) => {
            let ends = |(_, data): &&(&str, Shape)| at.inside(data).has_an_end();
            let ending: Vec<_> = variants.iter().filter(ends).collect();
            match ending.get(n % ending.len().max(1)) {
                Some((name, Shape::Unit)) => to.text(name),
                Some((name, data)) => {
                    to.map(1).text(name);
                    write(&at.inside(data), n / ending.len(), keys, to)?;
                }
                None => return Err(Unsampled::Unknown("value that never ends")),
            }
        }
        Shape::Unit => return Err(Unsampled::Unknown("unit")),
        Shape::Around(braces) => match at.around(braces) {
            Some(around) => write(&around, n, keys, to)?,
            None => return Err(Unsampled::Unknown("value that never ends")),
        },
    }
    Ok(())
}

fn write_simple(name: &'static str, n: usize, to: &mut Encoder) -> Result<(), Unsampled> {
    match name {
        "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" => {
            to.unsigned(n as u64 % 100 + 1);
        }
        "f64" => to.float(n as f64 + 1.0),
        "bool" => to.bool(n % 2 == 1),
        "text" => to.text(&text(n)),
        "bytes" => to.bytes(&[n as u8]),
        "uuid" => to.bytes(uuid(n).as_bytes()),
        "time" => to.signed(time(n)),
        "date" => to.text(&date(n)),
        "cid" => to.link(&cid(n)),
        unknown => return Err(Unsampled::Unknown(unknown)),
    }
    Ok(())
}

fn write_items(
    item: &Place,
    n: usize,
    len: usize,
    keys: Keys,
    to: &mut Encoder,
) -> Result<(), Unsampled> {
    to.array(len);
    (n..n + len).try_for_each(|n| write(item, n, keys, to))
}

fn write_set(at: &Place, n: usize, keys: Keys, to: &mut Encoder) -> Result<(), Unsampled> {
    let item = |n| {
        let mut to = Encoder::default();
        write(at, n, keys, &mut to)?;
        Ok::<_, Unsampled>(to.finish()?)
    };
    let items = (n..n + many(at, n)).map(item).collect::<Result<Vec<_>, _>>()?;
    set(items, to);
    Ok(())
}

fn write_map(value: &Place, n: usize, keys: Keys, to: &mut Encoder) -> Result<(), Unsampled> {
    let entry = |n: usize| {
        let mut to = Encoder::default();
        write(value, n, keys, &mut to)?;
        Ok::<_, Unsampled>(keys.key(n).zip(Some(to.finish()?)))
    };
    let entries = (n..n + many(value, n)).map(entry).collect::<Result<Vec<_>, _>>()?;
    map(entries.into_iter().flatten().collect(), to);
    Ok(())
}

/// Appends a set of these items.
fn set(mut items: Vec<Vec<u8>>, to: &mut Encoder) {
    items.sort_unstable();
    items.dedup();
    to.array(items.len());
    items.iter().for_each(|item| to.encoded(item));
}

/// Appends a map of these entries.
fn map(mut entries: Vec<(String, Vec<u8>)>, to: &mut Encoder) {
    entries.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    entries.dedup_by(|(a, _), (b, _)| a == b);
    to.map(entries.len());
    for (key, value) in &entries {
        to.text(key);
        to.encoded(value);
    }
}

/// How many items a list has: one, two, none.
fn many(item: &Place, n: usize) -> usize {
    if item.has_an_end() { (n + 1) % 3 } else { 0 }
}

fn text(n: usize) -> String {
    char::from(b'a' + (n % 26) as u8).to_string()
}

fn uuid(n: usize) -> Uuid {
    Uuid::from_u128(n as u128 + 1)
}

/// Days after the time at which tests decide.
fn time(n: usize) -> i64 {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    NOW.as_microsecond() + n as i64 * DAY
}

/// Days of one month.
fn date(n: usize) -> String {
    format!("2026-03-{:02}", n % 31 + 1)
}

fn cid(n: usize) -> EventCid {
    EventCid::of(&[n as u8])
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Debug;

    use super::*;
    use crate::cbor;

    fn samples<T: Value + Debug>(len: usize) -> Vec<String> {
        (0..len).map(|n| format!("{:?}", of::<T>(n).unwrap())).collect()
    }

    #[test]
    fn samples_are_small_and_come_again() {
        assert_eq!(samples::<u8>(3), ["1", "2", "3"]);
        assert_eq!(samples::<String>(2), ["\"a\"", "\"b\""]);
        assert_eq!(samples::<Option<bool>>(4), ["Some(false)", "None", "Some(true)", "None"]);
        assert_eq!(samples::<Vec<u32>>(3), ["[1]", "[2, 3]", "[]"]);
        assert_eq!(samples::<(i8, f64)>(2), ["(1, 1.0)", "(2, 2.0)"]);
    }

    #[test]
    fn whatever_is_a_value_has_samples() {
        type Deep = BTreeMap<Uuid, (BTreeSet<Vec<u8>>, [u8; 3], Option<[i64; 2]>)>;
        for n in 0..300 {
            let sample: Deep = of(n).unwrap();
            assert_eq!(cbor::from_slice::<Deep>(&cbor::to_vec(&sample).unwrap()), Ok(sample));
            of::<(EventCid, jiff::Timestamp, BTreeMap<String, u8>, Box<i8>)>(n).unwrap();
            of::<jiff::civil::Date>(n).unwrap();
        }
        assert_eq!(of::<Deep>(0).unwrap().len(), 1);
    }

    #[test]
    fn samples_of_what_contains_itself_have_an_end() {
        const PAGES: Shape = Shape::Record(&[("pages", Shape::List(&Shape::Around(1)))]);
        const ENDLESS: Shape = Shape::Record(&[("next", Shape::Around(1))]);
        const CHAIN: Shape = Shape::Enum(&[
            ("Last", Shape::Of("u8")),
            ("Next", Shape::Record(&[("n", Shape::Of("u8")), ("next", Shape::Around(2))])),
        ]);
        for shape in [PAGES, CHAIN] {
            for n in 0..40 {
                let mut to = Encoder::default();
                write(&Place::of(&shape), n, Keys::Texts, &mut to).unwrap();
                cbor::check(&to.finish().unwrap()).unwrap();
            }
        }
        let error = write(&Place::of(&ENDLESS), 0, Keys::Texts, &mut Encoder::default());
        assert!(error.unwrap_err().to_string().contains("never ends"));
    }

    #[test]
    fn what_has_no_values_has_no_samples() {
        let error = of::<crate::decision::Never>(0).unwrap_err();
        assert!(error.to_string().starts_with("a `never` has no samples"), "{error}");
    }
}
