//! Every rule of canonical DAG-CBOR has a refusal.

use crate::EventCid;
use crate::cbor::{self, Decoder};

/// What `check` says against these bytes.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let error = cbor::check(bytes).expect_err("the bytes are not canonical");
    assert!(error.offset <= bytes.len(), "{error}");
    error.to_string()
}

#[track_caller]
fn refused(bytes: &[u8], why: &str) {
    let refusal = refusal(bytes);
    assert!(refusal.contains(why), "expected {why:?} in {refusal:?}");
}

#[test]
fn heads_have_their_shortest_form() {
    for major in 0..6u8 {
        let head = |info: u8| major << 5 | info;
        refused(&[head(24), 23], "shortest form");
        refused(&[head(25), 0, 0xff], "shortest form");
        refused(&[head(26), 0, 0, 0xff, 0xff], "shortest form");
        refused(&[head(27), 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "shortest form");
    }
}

#[test]
fn the_smallest_number_of_each_width_is_read() {
    for (bytes, number) in [
        (&[23][..], 23),
        (&[24, 24], 24),
        (&[25, 1, 0], 256),
        (&[26, 0, 1, 0, 0], 65_536),
        (&[27, 0, 0, 0, 1, 0, 0, 0, 0], 1 << 32),
    ] {
        assert_eq!(cbor::from_slice::<u64>(bytes), Ok(number));
    }
}

#[test]
fn lengths_are_definite() {
    for bytes in [&[0x5f, 0x41, 0, 0xff][..], &[0x7f, 0xff], &[0x9f, 0xff], &[0xbf, 0xff]] {
        refused(bytes, "not definite");
    }
}

#[test]
fn reserved_heads_do_not_exist() {
    for info in [28, 29, 30] {
        for major in 0..7u8 {
            refusal(&[major << 5 | info]);
        }
    }
}

#[test]
fn keys_are_sorted_by_length_and_then_by_bytes() {
    assert_eq!(cbor::check(b"\xa3\x61b\x01\x62aa\x02\x62ab\x03"), Ok(()));
    refused(b"\xa2\x62aa\x01\x61b\x02", "out of order");
    refused(b"\xa2\x61b\x01\x61a\x02", "out of order");
    refused(b"\xa2\x61a\x01\x61a\x02", "stands twice");
}

#[test]
fn keys_are_texts() {
    refused(&[0xa1, 0x01, 0x01], "expected a text");
    refused(&[0xa1, 0x41, 0x61, 0x01], "expected a text");
}

#[test]
fn no_tag_exists_but_42() {
    refused(&[0xc0, 0x60], "no tag but 42");
    refused(&[0xc2, 0x41, 0x01], "no tag but 42");
    refused(&[0xd9, 0xd9, 0xf7, 0x01], "no tag but 42");
}

/// A link whose bytes these are, the zero byte included.
fn link(bytes: &[u8]) -> Vec<u8> {
    let mut link = vec![0xd8, 42, 0x58, bytes.len() as u8];
    link.extend_from_slice(bytes);
    link
}

#[test]
fn a_link_is_one_cid_behind_a_zero_byte() {
    let cid = EventCid::of(b"block").to_bytes();
    let sound = [&[0][..], &cid].concat();
    assert_eq!(cbor::check(&link(&sound)), Ok(()));

    refused(&link(&[&[1][..], &cid].concat()), "not a CID");
    refused(&link(&cid), "not a CID");
    refused(&link(&[&sound[..], &[0]].concat()), "not a CID");
    refused(&link(&sound[..30]), "not a CID");
    refused(&[0xd8, 42, 0x60], "expected bytes");
    // The codec 0x71 in two bytes where one does: the same CID, but other bytes.
    let padded = [&[0, 1, 0xf1, 0][..], &cid[2..]].concat();
    refused(&link(&padded), "not a CID");
}

#[test]
fn links_to_other_blocks_are_canonical_but_no_events() {
    // CIDv1, raw, SHA-256: what a file in IPFS has.
    let raw = [&[0, 1, 0x55, 0x12, 32][..], &[7; 32]].concat();
    assert_eq!(cbor::check(&link(&raw)), Ok(()));
    assert!(cbor::from_slice::<EventCid>(&link(&raw)).is_err());
}

#[test]
fn floats_are_finite_and_have_64_bits() {
    let float = |number: f64| [&[0xfb][..], &number.to_be_bytes()].concat();
    assert_eq!(cbor::check(&float(0.5)), Ok(()));
    refused(&[0xf9, 0x38, 0x00], "does not exist");
    refused(&[0xfa, 0x3f, 0, 0, 0], "does not exist");
    refused(&float(f64::NAN), "not finite");
    refused(&float(f64::INFINITY), "not finite");
    refused(&float(f64::NEG_INFINITY), "not finite");
    refused(&float(-0.0), "minus zero");
}

#[test]
fn no_simple_value_exists_but_three() {
    for byte in [0xe0, 0xf7, 0xf8, 0xff] {
        refused(&[byte], "does not exist");
    }
}

#[test]
fn one_value_fills_the_bytes() {
    refused(&[], "end in the middle");
    refused(&[1, 1], "1 more bytes follow");
    refused(&[0x82, 1], "announced");
    refused(&[0x19, 1], "announced");
}

#[test]
fn nesting_ends_at_128() {
    let nested = |depth: usize| [vec![0x81; depth - 1], vec![1]].concat();
    assert_eq!(cbor::check(&nested(128)), Ok(()));
    refused(&nested(129), "more than 128 deep");
    refused(&nested(1_000_000), "more than 128 deep");
}

#[test]
fn absurd_lengths_are_refused_before_memory_is_reserved() {
    for major in 2..6u8 {
        refused(&[major << 5 | 27, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "announced");
        refused(&[major << 5 | 26, 0x7f, 0xff, 0xff, 0xff, 0], "announced");
    }
    assert!(cbor::from_slice::<Vec<u64>>(&[0x9a, 0x7f, 0xff, 0xff, 0xff]).is_err());
}

#[test]
fn texts_are_utf_8() {
    refused(&[0x62, 0xc3, 0x28], "not UTF-8");
    // A surrogate, and an overlong slash.
    refused(&[0x63, 0xed, 0xa0, 0x80], "not UTF-8");
    refused(&[0x62, 0xc0, 0xaf], "not UTF-8");
}

#[test]
fn an_error_names_the_byte() {
    let error = cbor::check(b"\xa2\x61b\x01\x61a\x02").unwrap_err();
    assert_eq!(error.offset, 4);
}

#[test]
fn keys_are_asked_for_in_order() {
    let mut from = Decoder::new(b"\xa2\x61a\x01\x61b\x02");
    from.map(2).unwrap();
    let error = from.clone().key("b").unwrap_err();
    assert_eq!(error.to_string(), "byte 1: the key `b` is missing or out of order");
    assert_eq!(from.field::<u8>("a"), Ok(1));
    assert_eq!(from.field::<u8>("b"), Ok(2));
}
