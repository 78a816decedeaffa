//! `nats://user:password@host:4222,other:4222/STREAM?durability=replicated`

use std::fmt;

use crate::nats;
use crate::store::{Durability, StoreError, StoreErrorKind};

/// The name of the JetStream stream, unless the address names another.
const STREAM: &str = "CIM";

/// Where a store is.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) nats: nats::Address,
    /// The JetStream stream.
    pub(super) stream: String,
    pub(super) durability: Option<Durability>,
}

impl Address {
    /// Reads an address. No error shows any of it, for secrets may stand anywhere.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let nats = nats::Address::parse(url).map_err(invalid)?;
        let stream = stream_name(&nats.path)?;
        let mut durability = None;
        for (key, value) in &nats.settings {
            match (&**key, &**value) {
                ("durability", "dev") => durability = Some(Durability::Dev),
                ("durability", "replicated") => durability = Some(Durability::Replicated),
                // Of the login.
                ("inbox", _) => {}
                _ => {
                    return Err(invalid(
                        "after the `?` stand `durability=dev` or `durability=replicated`, and \
                         `inbox=PREFIX`, with `&` between; what protects from a power loss is \
                         asserted in the program, with JetStreamOptions",
                    ));
                }
            }
        }
        Ok(Self { nats, stream, durability })
    }

    /// The servers, for people.
    pub(super) fn shown(&self) -> String {
        self.nats.shown()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.nats, self.stream)
    }
}

// The name becomes part of subjects of the server's interface, and of a folder's name.
pub(super) fn stream_name(path: &str) -> Result<String, StoreError> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match path {
        "" => Ok(STREAM.to_owned()),
        name if name.len() <= 100 && name.bytes().all(sound) => Ok(name.to_owned()),
        _ => Err(invalid("the name of a stream has a-z, A-Z, 0-9, _ and -, and 100 bytes at most")),
    }
}

fn invalid(problem: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "this is no address of a JetStream store: {problem}; write nats://host:4222/STREAM"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_stream_and_a_durability() {
        let address = Address::parse("nats://localhost").unwrap();
        assert_eq!((&*address.stream, address.durability), ("CIM", None));
        let address = Address::parse("nats://one/SHOP?durability=replicated&inbox=_ME").unwrap();
        assert_eq!(address.stream, "SHOP");
        assert_eq!(address.durability, Some(Durability::Replicated));
    }

    #[test]
    fn secrets_are_in_no_text() {
        let address = Address::parse("nats://alice:s3cret@one/SHOP").unwrap();
        assert_eq!(format!("{address:?}"), "nats://one:4222/SHOP");
        for url in [
            "s3cret",
            "nats://alice:s3cret@",
            "nats://alice:s3cret@one:x",
            "nats://s3cret%@one",
            "nats://alice:s3cret@one/a.b",
            "nats://alice:s3cret@one/a?b=s3cret",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(!error.contains("s3cret") && error.contains("nats://host"), "{error}");
        }
    }
}
