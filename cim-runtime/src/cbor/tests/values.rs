//! Every built-in value comes back as it was written, from one form only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use proptest::prelude::*;
use uuid::Uuid;

use crate::EventCid;
use crate::cbor::{self, EncodeError, Value};

#[track_caller]
fn round_trip<T: Value + PartialEq + Debug>(value: T) {
    let bytes = cbor::to_vec(&value).unwrap();
    assert_eq!(cbor::check(&bytes), Ok(()), "{value:?}");
    assert_eq!(cbor::from_slice::<T>(&bytes).as_ref(), Ok(&value));
}

#[test]
fn the_ends_of_every_number_come_back() {
    round_trip((u8::MIN, u8::MAX));
    round_trip((u16::MIN, u16::MAX));
    round_trip((u32::MIN, u32::MAX));
    round_trip((u64::MIN, u64::MAX));
    round_trip((i8::MIN, i8::MAX));
    round_trip((i16::MIN, i16::MAX));
    round_trip((i32::MIN, i32::MAX));
    round_trip((i64::MIN, i64::MAX));
    round_trip((f64::MIN, f64::MAX, f64::MIN_POSITIVE));
}

#[test]
fn a_number_of_another_size_is_refused() {
    let bytes = cbor::to_vec(&256u64).unwrap();
    let error = cbor::from_slice::<u8>(&bytes).unwrap_err();
    assert!(error.problem.contains("256 does not fit into u8"), "{error}");
    assert!(cbor::from_slice::<i64>(&cbor::to_vec(&u64::MAX).unwrap()).is_err());
    assert!(cbor::from_slice::<u64>(&cbor::to_vec(&-1i64).unwrap()).is_err());
    // -2^64 exists in CBOR, and in no type of ours.
    let least = [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert_eq!(cbor::check(&least), Ok(()));
    assert!(cbor::from_slice::<i64>(&least).is_err());
}

#[test]
fn containers_come_back() {
    round_trip(Some(true));
    round_trip(None::<bool>);
    round_trip(Box::new(7u32));
    round_trip([1u16, 2, 3]);
    round_trip([1u8, 2, 3]);
    round_trip(vec![String::from("ä"), String::new()]);
    round_trip(BTreeSet::from([-3i32, 0, 9]));
    round_trip((1u8, String::from("two"), false, 4.5));
    round_trip(Arc::<str>::from("shared"));
    round_trip(Uuid::from_u128(7));
    round_trip(EventCid::of(b"block"));
    round_trip(BTreeMap::from([(Uuid::from_u128(7), 1u8)]));
}

#[test]
fn bytes_are_a_byte_string() {
    assert_eq!(cbor::to_vec(&vec![1u8, 2]).unwrap(), [0x42, 1, 2]);
    assert_eq!(cbor::to_vec(&[1u8, 2]).unwrap(), [0x42, 1, 2]);
    assert!(cbor::from_slice::<Vec<u8>>(&[0x82, 1, 2]).is_err());
}

#[test]
fn map_keys_are_written_shortest_first() {
    let map = BTreeMap::from([("aa".to_owned(), 1u8), ("b".to_owned(), 2), ("".to_owned(), 3)]);
    assert_eq!(cbor::to_vec(&map).unwrap(), b"\xa3\x60\x03\x61b\x02\x62aa\x01");
    round_trip(map);
}

#[test]
fn a_key_has_one_text() {
    let id = Uuid::from_u128(0xabc);
    let text = |text: String| {
        let mut bytes = vec![0xa1, 0x78, text.len() as u8];
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(1);
        cbor::from_slice::<BTreeMap<Uuid, u8>>(&bytes)
    };
    assert_eq!(text(id.to_string()), Ok(BTreeMap::from([(id, 1)])));
    assert!(text(id.to_string().to_uppercase()).is_err());
    assert!(text(format!("{{{id}}}")).is_err());
    assert!(text(id.simple().to_string()).is_err());
}

#[test]
fn a_set_has_one_order() {
    assert!(cbor::from_slice::<BTreeSet<u8>>(&[0x82, 2, 1]).is_err());
    assert!(cbor::from_slice::<BTreeSet<u8>>(&[0x82, 1, 1]).is_err());
}

/// Times lose what is finer than a microsecond, so items that differ may be written alike.
#[test]
fn a_set_of_what_is_written_alike_is_read_again() {
    let time = |nanosecond| Timestamp::from_nanosecond(nanosecond).unwrap();
    let set = BTreeSet::from([(time(1), 2u8), (time(2), 1), (time(3), 1)]);
    let bytes = cbor::to_vec(&set).unwrap();
    let read = cbor::from_slice::<BTreeSet<(Timestamp, u8)>>(&bytes).unwrap();
    assert_eq!(read, BTreeSet::from([(time(0), 1), (time(0), 2)]));
    assert_eq!(cbor::to_vec(&read).unwrap(), bytes);
}

#[test]
fn times_are_kept_to_the_microsecond() {
    let time: Timestamp = "2026-03-01T12:00:00.123456789Z".parse().unwrap();
    let bytes = cbor::to_vec(&time).unwrap();
    let read: Timestamp = cbor::from_slice(&bytes).unwrap();
    assert_eq!(read.to_string(), "2026-03-01T12:00:00.123456Z");
    round_trip(Timestamp::from_microsecond(-1).unwrap());
    assert!(cbor::from_slice::<Timestamp>(&cbor::to_vec(&i64::MAX).unwrap()).is_err());
}

#[test]
fn a_day_has_one_text() {
    let day: Date = "2026-11-21".parse().unwrap();
    assert_eq!(cbor::to_vec(&day).unwrap(), b"\x6a2026-11-21");
    for day in [day, Date::MIN, Date::MAX, Date::ZERO] {
        round_trip(day);
    }
    for text in ["2026-11-31", "20261121", "+002026-11-21", "2026-11-21T00:00:00", ""] {
        let bytes = cbor::to_vec(&text.to_owned()).unwrap();
        let error = cbor::from_slice::<Date>(&bytes).unwrap_err();
        assert!(error.problem.contains("such as `2026-11-21`"), "{error}");
    }
}

#[test]
fn floats_that_are_not_finite_have_no_encoding() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(cbor::to_vec(&vec![1.0, number]), Err(EncodeError::NotFinite));
    }
}

#[test]
fn minus_zero_is_written_as_zero() {
    assert_eq!(cbor::to_vec(&-0.0).unwrap(), cbor::to_vec(&0.0).unwrap());
}

#[test]
fn a_list_of_the_wrong_length_is_no_array() {
    let bytes = cbor::to_vec(&vec![1u32, 2]).unwrap();
    assert!(cbor::from_slice::<[u32; 3]>(&bytes).is_err());
    assert!(cbor::from_slice::<(u32, u32, u32)>(&bytes).is_err());
}

proptest! {
    #[test]
    fn numbers_come_back(a: u64, b: i64, c in proptest::num::f64::NORMAL) {
        round_trip((a, b, c));
    }

    #[test]
    fn texts_and_bytes_come_back(texts: Vec<String>, bytes: Vec<u8>) {
        round_trip((texts, bytes));
    }

    #[test]
    fn maps_and_sets_come_back(
        map: BTreeMap<String, Option<u32>>,
        numbers: BTreeSet<i64>,
        texts: BTreeSet<String>,
    ) {
        round_trip((map, numbers, texts));
    }
}
