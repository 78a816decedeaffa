//! Values of any shape by chance, from small ones that come again to the limits of their types.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::place::Place;
use super::{Keys, Unsampled, cid, date, decoded, map, sampled, set, text, time, uuid};
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
    Ok(bytes(&Place::of(&shape), keys)?.prop_filter_map("not every value is one", read).boxed())
}

fn bytes(at: &Place, keys: Keys) -> Result<Bytes, Unsampled> {
    // Of a part that contains what is around it there is none, as deep as samples go.
    let items = |item: &Shape, most: usize| {
        let item = at.part(item);
        let (item, most) = match item.has_an_end() {
            true => (bytes(&item, keys)?, most),
            false => (Just(Vec::new()).boxed(), 1),
        };
        Ok::<_, Unsampled>(vec(item, 0..most))
    };
    Ok(match at.shape {
        Shape::Of(name) => simple(name)?,
        Shape::Option(some) => {
            let (none, some) = (Just(written(|to| to.null())), at.part(some));
            match some.has_an_end() {
                true => prop_oneof![1 => none, 3 => bytes(&some, keys)?].boxed(),
                false => none.boxed(),
            }
        }
        Shape::List(item) => items(item, FEW)?.prop_map(|items| array(&items)).boxed(),
        Shape::Array(&Shape::Of("bytes"), len) => {
            vec(any::<u8>(), len).prop_map(|bytes| written(|to| to.bytes(&bytes))).boxed()
        }
        Shape::Array(&Shape::List(item), len) | Shape::Array(item, len) => {
            vec(bytes(&at.part(item), keys)?, len).prop_map(|items| array(&items)).boxed()
        }
        Shape::Set(item) => {
            let items = items(item, FEW)?;
            items.prop_map(|items| written(|to| set(items.clone(), to))).boxed()
        }
        Shape::Map(value) => {
            let entries = (vec(0..FEW, FEW), items(value, FEW)?);
            let entry = move |(number, value): (&usize, &Vec<u8>)| {
                keys.key(*number).zip(Some(value.clone()))
            };
            entries
                .prop_map(move |(numbers, values)| {
                    let entries = numbers.iter().zip(&values).filter_map(entry).collect();
                    written(|to| map(entries, to))
                })
                .boxed()
        }
        Shape::Tuple(items) => {
            let items: Vec<_> = items.iter().map(|item| at.part(item)).collect();
            all(&items, keys)?.prop_map(|items| array(&items)).boxed()
        }
        Shape::Record(fields) => {
            let values: Vec<_> = fields.iter().map(|(_, shape)| at.inside(shape)).collect();
            let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
            all(&values, keys)?.prop_map(move |values| record(&names, &values)).boxed()
        }
        Shape::Enum([]) => return Err(Unsampled::Unknown("enum without variants")),
        Shape::Enum(variants) => {
            let variants = variants.iter().map(|(name, data)| (*name, at.inside(data)));
            let ending = variants.filter(|(_, data)| data.has_an_end());
            let ending = ending.map(|(name, data)| variant(name, &data, keys));
            let ending = ending.collect::<Result<Vec<_>, _>>()?;
            if ending.is_empty() {
                return Err(Unsampled::Unknown("value that never ends"));
            }
            proptest::strategy::Union::new(ending).boxed()
        }
        Shape::Unit => return Err(Unsampled::Unknown("unit")),
        Shape::Around(braces) => match at.around(braces) {
            Some(around) => bytes(&around, keys)?,
            None => return Err(Unsampled::Unknown("value that never ends")),
        },
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
        "date" => (0..FEW).prop_map(date).prop_map(|day| written(|to| to.text(&day))).boxed(),
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

fn variant(name: &'static str, data: &Place, keys: Keys) -> Result<Bytes, Unsampled> {
    if data.shape == Shape::Unit {
        return Ok(Just(written(|to| to.text(name))).boxed());
    }
    let data = bytes(data, keys)?;
    Ok(data.prop_map(move |data| record(&[name], &[data])).boxed())
}

/// One value of each of the shapes.
fn all(places: &[Place], keys: Keys) -> Result<BoxedStrategy<Vec<Vec<u8>>>, Unsampled> {
    let all = places.iter().map(|place| bytes(place, keys)).collect::<Result<Vec<_>, _>>()?;
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

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::cbor;

    #[test]
    fn what_contains_itself_is_drawn_to_an_end() {
        const PAGES: Shape = Shape::Record(&[
            ("map", Shape::Map(&Shape::Around(1))),
            ("set", Shape::Set(&Shape::Around(1))),
            ("list", Shape::List(&Shape::Around(1))),
            ("next", Shape::Option(&Shape::Around(1))),
        ]);
        let drawn = bytes(&Place::of(&PAGES), Keys::Texts).unwrap();
        let mut runner = TestRunner::deterministic();
        let mut longest = 0;
        for _ in 0..50 {
            let bytes = drawn.new_tree(&mut runner).unwrap().current();
            cbor::check(&bytes).unwrap();
            longest = longest.max(bytes.len());
        }
        // The empty page takes 22 bytes.
        assert!(longest > 50, "{longest}");
    }
}
