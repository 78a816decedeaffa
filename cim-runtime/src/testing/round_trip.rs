//! Values pass through their bytes, which any DAG-CBOR library must read and write the same.

use std::fmt::{Debug, Display};

use crate::cbor::{self, Decoder, Encoder, Value};
use crate::event::EventSet;

#[track_caller]
pub(super) fn event_round_trip<E: EventSet>(event: &E) {
    let kind = event.kind();
    let bytes = encoded(kind.name, |to| event.encode(to));
    let mut from = Decoder::new(&bytes);
    match E::decode(kind.name, kind.schema, &mut from) {
        Some(Ok(read)) => assert_eq!(read, *event, "`{}` read back from its bytes", kind.name),
        Some(Err(error)) => panic!("`{}` cannot be read back from its bytes: {error}", kind.name),
        None => panic!("`{}` is written under a name that the machine does not read", kind.name),
    }
}

#[track_caller]
pub(super) fn round_trip<T: Value + Debug>(name: &str, value: &T) {
    let bytes = encoded(name, |to| value.encode(to));
    let read: T = must(cbor::from_slice(&bytes), &format!("`{name}` cannot be read back"));
    let again = encoded(name, |to| read.encode(to));
    assert_eq!(bytes, again, "`{name}` read back from its bytes and written again");
}

/// The bytes of a value, which any DAG-CBOR library must read, and write again, the same.
#[track_caller]
fn encoded(name: &str, encode: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut to = Encoder::default();
    encode(&mut to);
    let bytes = must(to.finish(), &format!("`{name}` cannot be stored"));
    let foreign = format!("`{name}` is not DAG-CBOR");
    let ipld: ipld_core::ipld::Ipld = must(serde_ipld_dagcbor::from_slice(&bytes), &foreign);
    let again = must(serde_ipld_dagcbor::to_vec(&ipld), &foreign);
    assert_eq!(bytes, again, "`{name}` is not canonical DAG-CBOR");
    bytes
}

/// The value; a failure is one of the test that called, and not of a closure in here.
#[track_caller]
pub(super) fn must<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
