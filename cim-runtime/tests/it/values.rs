//! Every kind of field, in every kind of value: one encoding, which other libraries read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cim_runtime::EventCid;
use cim_runtime::cbor::{self, Shape};
use cim_runtime::prelude::*;
use ipld_core::ipld::Ipld;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

#[derive(DomainId)]
pub struct Text(String);

#[derive(DomainId)]
pub struct Number(i32);

#[derive(DomainId)]
pub struct Unique(Uuid);

/// A field of each kind; the names differ in length, and some are words of Rust.
#[value]
pub struct Everything {
    pub a: u8,
    pub b: u16,
    pub c: u32,
    pub d: u64,
    pub i: i8,
    pub j: i16,
    pub k: i32,
    pub l: i64,
    pub float: f64,
    pub yes: bool,
    pub r#type: String,
    pub bytes: Vec<u8>,
    pub digest: [u8; 4],
    pub maybe: Option<String>,
    pub boxed: Box<u32>,
    pub pair: (u8, String),
    pub triple: (bool, i64, Vec<u8>),
    pub four: (u8, u8, u8, Option<bool>),
    pub array: [u16; 3],
    pub list: Vec<Shade>,
    pub nested: Vec<Vec<Option<i64>>>,
    pub numbers: BTreeSet<i64>,
    pub texts: BTreeSet<String>,
    pub map: BTreeMap<String, Vec<u8>>,
    pub by_uuid: BTreeMap<Uuid, Shade>,
    pub by_id: BTreeMap<Text, u8>,
    pub uuid: Uuid,
    pub at: Timestamp,
    pub link: EventCid,
    pub actor: Actor,
    pub text: Text,
    pub number: Number,
    pub unique: Unique,
    pub wrapped: Wrapped,
    pub pairing: Pairing,
    pub nothing: Nothing,
    pub to: u8,
    pub from: u8,
    pub a_name_that_is_longer_than_twenty_three_bytes: u8,
}

/// An enum with each kind of variant.
#[value]
pub enum Shade {
    Plain,
    Held(u32),
    Two(u8, String),
    Named { level: i64, of: Option<Box<Wrapped>> },
    Hollow(),
    Bare {},
    Self_,
}

#[value]
pub struct Wrapped(pub String);

#[value]
pub struct Pairing(pub u8, pub Option<u8>);

#[value]
pub struct Nothing;

fn round_trip<T: Value + Debug + PartialEq>(value: &T) {
    let bytes = cbor::to_vec(value).unwrap();
    cbor::check(&bytes).unwrap();
    let ipld: Ipld = serde_ipld_dagcbor::from_slice(&bytes).unwrap();
    assert_eq!(serde_ipld_dagcbor::to_vec(&ipld).unwrap(), bytes, "{value:?}");
    assert_eq!(cbor::from_slice::<T>(&bytes).unwrap(), *value);
}

fn shade() -> impl Strategy<Value = Shade> {
    let inner = proptest::option::of(wrapped().prop_map(Box::new));
    prop_oneof![
        Just(Shade::Plain),
        any::<u32>().prop_map(Shade::Held),
        (any::<u8>(), any::<String>()).prop_map(|(n, text)| Shade::Two(n, text)),
        (any::<i64>(), inner).prop_map(|(level, of)| Shade::Named { level, of }),
        Just(Shade::Hollow()),
        Just(Shade::Bare {}),
        Just(Shade::Self_),
    ]
}

fn wrapped() -> impl Strategy<Value = Wrapped> {
    any::<String>().prop_map(Wrapped)
}

/// Finite, and not -0.0, which is written as 0.0.
fn float() -> impl Strategy<Value = f64> {
    any::<f64>().prop_map(|float| if float.is_finite() && float != 0.0 { float } else { 0.0 })
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn time() -> impl Strategy<Value = Timestamp> {
    let (min, max) = (Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
    (min..=max).prop_map(|at| Timestamp::from_microsecond(at).unwrap())
}

fn text() -> impl Strategy<Value = Text> {
    ".{1,20}".prop_map(|text| text.parse().unwrap())
}

prop_compose! {
    fn numbers()(
        (a, b, c, d) in any::<(u8, u16, u32, u64)>(),
        (i, j, k, l) in any::<(i8, i16, i32, i64)>(),
        float in float(),
    ) -> (u8, u16, u32, u64, i8, i16, i32, i64, f64) {
        (a, b, c, d, i, j, k, l, float)
    }
}

prop_compose! {
    fn everything()(
        (a, b, c, d, i, j, k, l, float) in numbers(),
        (yes, r#type, bytes, digest) in any::<(bool, String, Vec<u8>, [u8; 4])>(),
        (maybe, boxed, pair, triple) in
            any::<(Option<String>, u32, (u8, String), (bool, i64, Vec<u8>))>(),
        (four, array, nested) in
            any::<((u8, u8, u8, Option<bool>), [u16; 3], Vec<Vec<Option<i64>>>)>(),
        list in vec(shade(), 0..5),
        (numbers, texts) in (btree_set(any::<i64>(), 0..9), btree_set(any::<String>(), 0..9)),
        map in btree_map(any::<String>(), any::<Vec<u8>>(), 0..9),
        (by_uuid, by_id) in
            (btree_map(uuid(), shade(), 0..9), btree_map(text(), any::<u8>(), 0..9)),
        (uuid, at, link) in (uuid(), time(), any::<Vec<u8>>()),
        (actor, text, number, unique) in (any::<String>(), text(), any::<i32>(), uuid()),
        (wrapped, pairing, to, from, last) in
            (wrapped(), any::<(u8, Option<u8>)>(), any::<u8>(), any::<u8>(), any::<u8>()),
    ) -> Everything {
        Everything {
            a, b, c, d, i, j, k, l, float, yes, r#type, bytes, digest, maybe,
            boxed: Box::new(boxed),
            pair, triple, four, array, list, nested, numbers, texts, map, by_uuid, by_id, uuid, at,
            link: EventCid::of(&link),
            actor: Actor::new(actor),
            text,
            number: Number(number),
            unique: Unique(unique),
            wrapped,
            pairing: Pairing(pairing.0, pairing.1),
            nothing: Nothing,
            to, from,
            a_name_that_is_longer_than_twenty_three_bytes: last,
        }
    }
}

proptest! {
    // One value has forty fields.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_struct_with_a_field_of_every_kind_comes_back(value in everything()) {
        round_trip(&value);
    }

    #[test]
    fn an_enum_with_a_variant_of_every_kind_comes_back(value in shade()) {
        round_trip(&value);
    }

    #[test]
    fn a_cut_or_lengthened_encoding_is_refused(value in everything(), at in any::<prop::sample::Index>()) {
        let mut bytes = cbor::to_vec(&value).unwrap();
        let cut = at.index(bytes.len());
        prop_assert!(cbor::from_slice::<Everything>(&bytes[..cut]).is_err());
        bytes.push(0);
        prop_assert!(cbor::from_slice::<Everything>(&bytes).is_err());
    }

    /// Whatever is accepted is what would have been written.
    #[test]
    fn a_flipped_bit_is_another_value_or_none(
        value in everything(), at in any::<prop::sample::Index>(), bit in 0..8_u32,
    ) {
        let mut bytes = cbor::to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(other) = cbor::from_slice::<Everything>(&bytes) {
            prop_assert_ne!(&other, &value);
            prop_assert_eq!(cbor::to_vec(&other).unwrap(), bytes);
        }
    }
}

#[test]
fn the_edges_of_numbers_come_back() {
    for number in [0, 23, 24, 255, 256, 65_535, 65_536, u64::from(u32::MAX), 1 << 32, u64::MAX] {
        round_trip(&number);
    }
    for number in [-1, -24, -25, -256, -257, i64::MIN, i64::MAX] {
        round_trip(&number);
    }
    for number in [f64::MIN, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON, 5e-324] {
        round_trip(&number);
    }
    for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH] {
        round_trip(&at);
    }
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let too_much = cbor::to_vec(&256_u32).unwrap();
    assert!(cbor::from_slice::<u8>(&too_much).is_err());
    assert!(cbor::from_slice::<i8>(&cbor::to_vec(&128_u32).unwrap()).is_err());
    assert!(cbor::from_slice::<u64>(&cbor::to_vec(&-1_i64).unwrap()).is_err());
    assert!(cbor::from_slice::<i64>(&cbor::to_vec(&u64::MAX).unwrap()).is_err());
}

#[test]
fn floats_are_finite_and_zero_has_no_sign() {
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(cbor::to_vec(&float).is_err());
    }
    assert_eq!(cbor::to_vec(&-0.0).unwrap(), cbor::to_vec(&0.0).unwrap());
}

// What would have two meanings must not compile or must come back as what it was: see
// `Value::NULLABLE`. A wrapper is written as what it holds, so it is null where that is.
#[test]
fn a_wrapper_of_an_option_says_that_it_may_be_null() {
    #[value]
    pub struct Perhaps(Option<u8>);
    const { assert!(<Perhaps as Value>::NULLABLE) };
    const { assert!(!<Wrapped as Value>::NULLABLE && !<Pairing as Value>::NULLABLE) };
    const { assert!(!<Shade as Value>::NULLABLE && !<Nothing as Value>::NULLABLE) };
    round_trip(&Perhaps(None));
    round_trip(&vec![Perhaps(Some(1)), Perhaps(None)]);
}

#[test]
fn the_shape_follows_the_fields_and_not_the_name() {
    mod other {
        use cim_runtime::prelude::*;
        #[value]
        pub struct Same {
            pub a: u8,
            pub b: Option<String>,
        }
        #[value]
        pub struct Turned {
            pub b: Option<String>,
            pub a: u8,
        }
        #[value]
        pub struct Renamed {
            pub a: u8,
            pub c: Option<String>,
        }
        #[value]
        pub struct Retyped {
            pub a: u16,
            pub b: Option<String>,
        }
    }
    const SAME: Shape = other::Same::SHAPE;
    assert_eq!(other::Turned::SHAPE, SAME, "fields are written in the order of their keys");
    assert_ne!(other::Renamed::SHAPE, SAME);
    assert_ne!(other::Retyped::SHAPE, SAME);
}
