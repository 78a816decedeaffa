//! What we accept is what `serde_ipld_dagcbor` reads and writes again to the same bytes.

use std::collections::BTreeMap;

use cid::Cid;
use ipld_core::ipld::Ipld;
use multihash::Multihash;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::cbor;

/// Any value of the data model. Floats are finite, and zero has no sign: the library writes -0.0 as
/// it is, and we refuse it, because 0.0 and -0.0 are equal and would have two encodings.
fn ipld() -> impl Strategy<Value = Ipld> {
    let leaf = prop_oneof![
        Just(Ipld::Null),
        any::<bool>().prop_map(Ipld::Bool),
        (-(1i128 << 64)..(1i128 << 64)).prop_map(Ipld::Integer),
        (-300i128..300).prop_map(Ipld::Integer),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(|number| Ipld::Float(if number == 0.0 { 0.0 } else { number })),
        any::<String>().prop_map(Ipld::String),
        vec(any::<u8>(), 0..300).prop_map(Ipld::Bytes),
        cid().prop_map(Ipld::Link),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..30).prop_map(Ipld::List),
            btree_map(any::<String>(), inner, 0..30).prop_map(Ipld::Map),
        ]
    })
}

fn cid() -> impl Strategy<Value = Cid> {
    let v1 =
        (any::<u64>(), any::<u64>(), vec(any::<u8>(), 0..64)).prop_map(|(codec, code, digest)| {
            Cid::new_v1(codec >> 1, Multihash::wrap(code >> 1, &digest).unwrap())
        });
    let v0 = any::<[u8; 32]>()
        .prop_map(|digest| Cid::new_v0(Multihash::wrap(0x12, &digest).unwrap()).unwrap());
    prop_oneof![v1, v0]
}

/// Whether the library reads the bytes and writes them again as they were.
fn library_keeps(bytes: &[u8]) -> bool {
    let Ok(value) = serde_ipld_dagcbor::from_slice::<Ipld>(bytes) else { return false };
    serde_ipld_dagcbor::to_vec(&value).is_ok_and(|again| again == bytes)
}

/// Whether we are meant to refuse what the library keeps: minus zero is the one difference.
fn holds_minus_zero(bytes: &[u8]) -> bool {
    fn walk(value: &Ipld) -> bool {
        match value {
            Ipld::Float(number) => *number == 0.0 && number.is_sign_negative(),
            Ipld::List(items) => items.iter().any(walk),
            Ipld::Map(entries) => entries.values().any(walk),
            _ => false,
        }
    }
    serde_ipld_dagcbor::from_slice::<Ipld>(bytes).is_ok_and(|value| walk(&value))
}

fn agrees(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = cbor::check(bytes);
    let library = library_keeps(bytes) && !holds_minus_zero(bytes);
    prop_assert_eq!(ours.is_ok(), library, "{:02x?}: {:?}", bytes, ours);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn whatever_the_library_writes_is_canonical(value in ipld()) {
        let bytes = serde_ipld_dagcbor::to_vec(&value).unwrap();
        prop_assert_eq!(cbor::check(&bytes), Ok(()));
        prop_assert!(library_keeps(&bytes));
    }

    #[test]
    fn random_bytes_are_judged_alike(bytes in vec(any::<u8>(), 0..64)) {
        agrees(&bytes)?;
    }

    #[test]
    fn bytes_that_look_like_cbor_are_judged_alike(
        bytes in vec(
            prop_oneof![
                0u8..3, Just(0x18), Just(0x20), Just(0x38), 0x40u8..0x42, 0x60u8..0x63,
                Just(b'a'), Just(b'b'), 0x80u8..0x83, 0xa0u8..0xa3, Just(0xd8), Just(42),
                0xf4u8..0xfc, any::<u8>(),
            ],
            0..24,
        ),
    ) {
        agrees(&bytes)?;
    }

    #[test]
    fn mutated_bytes_are_judged_alike(
        value in ipld(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..4),
    ) {
        let mut bytes = serde_ipld_dagcbor::to_vec(&value).unwrap();
        for (place, byte, change) in changes {
            let place = place.index(bytes.len());
            match change {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ if bytes.len() > 1 => drop(bytes.remove(place)),
                _ => {}
            }
        }
        agrees(&bytes)?;
    }

    #[test]
    fn random_bytes_never_panic_a_typed_reader(bytes in vec(any::<u8>(), 0..64)) {
        let _ = cbor::from_slice::<BTreeMap<String, Vec<Option<(u8, f64)>>>>(&bytes);
        let _ = crate::Envelope::decode(&bytes);
    }
}
