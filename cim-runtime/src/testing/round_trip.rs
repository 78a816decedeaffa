//! Values pass through their bytes, which any DAG-CBOR library must read and write the same.

use std::fmt::{Debug, Display};

use ipld_core::ipld::Ipld;

use crate::cbor::{self, Decoder, Encoder, Value};
use crate::event::EventSet;
#[cfg(any(feature = "proptest", feature = "stateright"))]
use crate::machine::CommandSet;

/// What was found to be wrong, as a sentence.
pub(super) type Checked<T = ()> = Result<T, String>;

pub(super) fn event_round_trip<E: EventSet>(event: &E) -> Checked {
    let kind = event.kind();
    let bytes = encoded(kind.name, |to| event.encode(to))?;
    let mut from = Decoder::new(&bytes);
    match E::decode(kind.name, kind.schema, &mut from) {
        Some(Ok(read)) if read == *event => Ok(()),
        Some(Ok(read)) => {
            let name = kind.name;
            Err(format!("`{name}` read back from its bytes is another: {event:?} became {read:?}"))
        }
        Some(Err(error)) => Err(format!("`{}` cannot be read back: {error}", kind.name)),
        None => {
            Err(format!("`{}` is written under a name that the machine does not read", kind.name))
        }
    }
}

/// The same for a command of any type; commands are not compared, so their bytes are.
#[cfg(any(feature = "proptest", feature = "stateright"))]
pub(super) fn command_round_trip<C: CommandSet>(command: &C) -> Checked {
    let name = command.name();
    let bytes = encoded(name, |to| command.encode(to))?;
    match C::decode(name, &mut Decoder::new(&bytes)) {
        Some(Ok(read)) => same(name, &bytes, &encoded(name, |to| read.encode(to))?),
        Some(Err(error)) => Err(format!("`{name}` cannot be read back: {error}")),
        None => Err(format!("`{name}` is written under a name that the machine does not read")),
    }
}

pub(super) fn round_trip<T: Value + Debug>(name: &str, value: &T) -> Checked {
    let bytes = encoded(name, |to| value.encode(to))?;
    let read: T = told(cbor::from_slice(&bytes), &format!("`{name}` cannot be read back"))?;
    same(name, &bytes, &encoded(name, |to| read.encode(to))?)
}

fn same(name: &str, bytes: &[u8], again: &[u8]) -> Checked {
    match bytes == again {
        true => Ok(()),
        false => Err(format!("`{name}` read back from its bytes is written as others")),
    }
}

/// The bytes of a value, which any DAG-CBOR library must read, and write again, the same.
pub(super) fn encoded(name: &str, encode: impl FnOnce(&mut Encoder)) -> Checked<Vec<u8>> {
    let mut to = Encoder::default();
    encode(&mut to);
    let bytes = told(to.finish(), &format!("`{name}` cannot be stored"))?;
    let foreign = format!("`{name}` is not DAG-CBOR");
    let ipld: Ipld = told(serde_ipld_dagcbor::from_slice(&bytes), &foreign)?;
    match told(serde_ipld_dagcbor::to_vec(&ipld), &foreign)? == bytes {
        true => Ok(bytes),
        false => Err(format!("`{name}` is not canonical DAG-CBOR")),
    }
}

/// A failure as a sentence about `what`.
pub(super) fn told<T, E: Display>(result: Result<T, E>, what: &str) -> Checked<T> {
    result.map_err(|error| format!("{what}: {error}"))
}

/// The value; a failure is one of the test that called, and not of a closure in here.
#[track_caller]
pub(super) fn must<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    hold(told(result, what))
}

/// What was checked; a problem is one of the test that called.
#[track_caller]
pub(super) fn hold<T>(checked: Checked<T>) -> T {
    match checked {
        Ok(value) => value,
        Err(problem) => panic!("{problem}"),
    }
}
