//! Values of any shape by chance, from small ones that come again to the limits of their types.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::{Keys, Unsampled, cid, decoded, map, sampled, set, text, time, uuid};
use crate::cbor::{Encoder, Shape};
use crate::machine::Aggregate;
use crate::testing::any_command::{AnyCommand, Kind};

/// The bytes of one value.
type Bytes = BoxedStrategy<Vec<u8>>;

/// How many different small values there are: few, so that commands speak of the same things.
const FEW: usize = 4;

/// Commands of this type.
pub(in crate::testing) fn commands<A: Aggregate>(
    kind: Kind<A>,
) -> Result<BoxedStrategy<AnyCommand<A>>, Unsampled> {
    let (_, keys) = sampled(&kind.shape, 0, |from| kind.decode(from))?;
    let shape = kind.shape;
    let read = move |bytes: Vec<u8>| decoded(&bytes, |from| kind.decode(from)).ok();
    Ok(bytes(&shape, keys)?.prop_filter_map("not every value is one", read).boxed())
}

fn bytes(shape: &Shape, keys: Keys) -> Result<Bytes, Unsampled> {
    Ok(match *shape {
        Shape::Of(name) => simple(name)?,
        Shape::Option(some) => {
            let none = written(|to| to.null());
            prop_oneof![1 => Just(none), 3 => bytes(some, keys)?].boxed()
        }
        Shape::List(item) => {
            vec(bytes(item, keys)?, 0..FEW).prop_map(|items| array(&items)).boxed()
        }
        Shape::Array(&Shape::Of("bytes"), len) => {
            vec(any::<u8>(), len).prop_map(|bytes| written(|to| to.bytes(&bytes))).boxed()
        }
        Shape::Array(&Shape::List(item), len) | Shape::Array(item, len) => {
            vec(bytes(item, keys)?, len).prop_map(|items| array(&items)).boxed()
        }
        Shape::Set(item) => vec(bytes(item, keys)?, 0..FEW)
            .prop_map(|items| written(|to| set(items.clone(), to)))
            .boxed(),
        Shape::Map(value) => {
            let entry = (0..FEW, bytes(value, keys)?)
                .prop_map(move |(key, value)| keys.key(key).zip(Some(value)));
            let entries = vec(entry, 0..FEW);
            entries
                .prop_map(|entries| {
                    written(|to| map(entries.iter().flatten().cloned().collect(), to))
                })
                .boxed()
        }
        Shape::Tuple(items) => all(items, keys)?.prop_map(|items| array(&items)).boxed(),
        Shape::Record(fields) => {
            let shapes: Vec<_> = fields.iter().map(|(_, shape)| *shape).collect();
            let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
            all(&shapes, keys)?.prop_map(move |values| record(&names, &values)).boxed()
        }
        Shape::Enum(variants) => {
            let variant = |(name, data): &(&'static str, Shape)| variant(name, data, keys);
            let variants = variants.iter().map(variant).collect::<Result<Vec<_>, _>>()?;
            if variants.is_empty() {
                return Err(Unsampled::Unknown("enum without variants"));
            }
            proptest::strategy::Union::new(variants).boxed()
        }
        Shape::Unit => return Err(Unsampled::Unknown("unit")),
    })
}

fn simple(name: &'static str) -> Result<Bytes, Unsampled> {
    Ok(match name {
        "u8" => unsigned(u8::MAX.into()),
        "u16" => unsigned(u16::MAX.into()),
        "u32" => unsigned(u32::MAX.into()),
        "u64" => unsigned(u64::MAX),
        "i8" => signed(i8::MIN.into(), i8::MAX.into()),
        "i16" => signed(i16::MIN.into(), i16::MAX.into()),
        "i32" => signed(i32::MIN.into(), i32::MAX.into()),
        "i64" => signed(i64::MIN, i64::MAX),
        "f64" => {
            let small = (0..FEW as u32).prop_map(f64::from);
            let number = prop_oneof![8 => small, 1 => any::<f64>()];
            number.prop_map(|number| written(|to| to.float(number))).boxed()
        }
        "bool" => any::<bool>().prop_map(|value| written(|to| to.bool(value))).boxed(),
        "text" => {
            let few = (0..FEW).prop_map(text);
            let any = prop_oneof![few.clone(), few.clone(), few, ".{0,8}"];
            any.prop_map(|text| written(|to| to.text(&text))).boxed()
        }
        "bytes" => {
            vec(any::<u8>(), 0..FEW).prop_map(|bytes| written(|to| to.bytes(&bytes))).boxed()
        }
        "uuid" => {
            let few = (0..FEW).prop_map(uuid);
            let any = prop_oneof![8 => few, 1 => any::<u128>().prop_map(Uuid::from_u128)];
            any.prop_map(|uuid| written(|to| to.bytes(uuid.as_bytes()))).boxed()
        }
        "time" => {
            let times = (0..FEW).prop_map(time);
            times.prop_map(|time| written(|to| to.signed(time))).boxed()
        }
        "cid" => (0..FEW).prop_map(|n| written(|to| to.link(&cid(n)))).boxed(),
        unknown => return Err(Unsampled::Unknown(unknown)),
    })
}

/// Small numbers, and now and then one from anywhere up to the limit.
fn unsigned(most: u64) -> Bytes {
    let (few, many) = (0..=FEW as u64, 0..=most.min(1000));
    let number = prop_oneof![16 => few, 2 => many, 1 => 0..=most, 1 => Just(most)];
    number.prop_map(|number| written(|to| to.unsigned(number))).boxed()
}

fn signed(least: i64, most: i64) -> Bytes {
    let (few, around) = (0..=FEW as i64, -2..=1_i64);
    let limits = select(vec![most, least]);
    let number = prop_oneof![16 => few, 2 => around, 1 => least..=most, 1 => limits];
    number.prop_map(|number| written(|to| to.signed(number))).boxed()
}

fn variant(name: &'static str, data: &Shape, keys: Keys) -> Result<Bytes, Unsampled> {
    if *data == Shape::Unit {
        return Ok(Just(written(|to| to.text(name))).boxed());
    }
    let data = bytes(data, keys)?;
    Ok(data.prop_map(move |data| record(&[name], &[data])).boxed())
}

/// One value of each of the shapes.
fn all(shapes: &[Shape], keys: Keys) -> Result<BoxedStrategy<Vec<Vec<u8>>>, Unsampled> {
    let all = shapes.iter().map(|shape| bytes(shape, keys)).collect::<Result<Vec<_>, _>>()?;
    Ok(all.boxed())
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    written(|to| {
        to.array(items.len());
        items.iter().for_each(|item| to.encoded(item));
    })
}

fn record(names: &[&str], values: &[Vec<u8>]) -> Vec<u8> {
    written(|to| {
        to.map(names.len());
        for (name, value) in names.iter().zip(values) {
            to.text(name);
            to.encoded(value);
        }
    })
}

/// What is written; only floats could fail, and those that do are drawn again.
fn written(write: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut to = Encoder::default();
    write(&mut to);
    to.finish().unwrap_or_default()
}
