//! `nats://user:password@host:4222,other:4222/STREAM?durability=replicated`

use std::fmt;

use super::options::Credentials;
use crate::store::{Durability, StoreError, StoreErrorKind};

/// The name of the JetStream stream, unless the address names another.
const STREAM: &str = "CIM";

/// The port of a server, unless the address names another.
const PORT: &str = "4222";

/// Where a store is, and who we are there.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Each server as `nats://host:port`, without credentials.
    pub(super) servers: Vec<String>,
    /// The JetStream stream.
    pub(super) stream: String,
    pub(super) credentials: Option<Credentials>,
    pub(super) durability: Option<Durability>,
    /// What the subjects of answers begin with.
    pub(super) inbox: Option<String>,
}

impl Address {
    /// Reads an address. No error shows what stands before an `@`.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("it has no `://`"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let servers = hosts.split(',').map(|host| server(scheme, host));
        let (durability, inbox) = settings(query)?;
        Ok(Self {
            servers: servers.collect::<Result<_, _>>()?,
            stream: stream_name(path)?,
            credentials: login.map(credentials).transpose()?,
            durability,
            inbox,
        })
    }

    /// The servers, for people.
    pub(super) fn shown(&self) -> String {
        self.servers.join(",")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shown(), self.stream)
    }
}

fn server(scheme: &str, host: &str) -> Result<String, StoreError> {
    // An IPv6 address stands in brackets, and its colons are not the port's.
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if has_port => (name, port),
        _ => (host, PORT),
    };
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte);
    if name.is_empty() || !name.bytes().all(sound) || port.parse::<u16>().is_err() {
        return Err(invalid("a server is written `host` or `host:port`"));
    }
    Ok(format!("{scheme}://{name}:{port}"))
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

fn credentials(login: &str) -> Result<Credentials, StoreError> {
    let decode = |text: &str| {
        decoded(text)
            .ok_or_else(|| invalid("what stands before the `@` is not percent-encoded text"))
    };
    Ok(match login.split_once(':') {
        Some((user, password)) => {
            Credentials::User { user: decode(user)?, password: decode(password)? }
        }
        None => Credentials::Token(decode(login)?),
    })
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn settings(query: &str) -> Result<(Option<Durability>, Option<String>), StoreError> {
    let (mut durability, mut inbox) = (None, None);
    for setting in query.split('&').filter(|setting| !setting.is_empty()) {
        match setting.split_once('=') {
            Some(("durability", "dev")) => durability = Some(Durability::Dev),
            Some(("durability", "replicated")) => durability = Some(Durability::Replicated),
            Some(("inbox", prefix)) => inbox = Some(prefix.to_owned()),
            _ => {
                return Err(invalid(
                    "after the `?` stand `durability=dev` or `durability=replicated`, and \
                     `inbox=PREFIX`, with `&` between; what protects from a power loss is asserted \
                     in the program, with JetStreamOptions",
                ));
            }
        }
    }
    Ok((durability, inbox))
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
    fn what_is_left_out_has_its_usual_value() {
        let address = Address::parse("nats://localhost").unwrap();
        assert_eq!(address.servers, ["nats://localhost:4222"]);
        assert_eq!(
            (&*address.stream, address.credentials, address.durability),
            ("CIM", None, None)
        );
    }

    #[test]
    fn an_address_has_servers_credentials_a_stream_and_a_durability() {
        let url =
            "tls://al%20ice:p%40ss:w@one:1,[::1]:2,[::2]/SHOP?durability=replicated&inbox=_ME";
        let address = Address::parse(url).unwrap();
        assert_eq!(address.servers, ["tls://one:1", "tls://[::1]:2", "tls://[::2]:4222"]);
        assert_eq!(address.stream, "SHOP");
        assert_eq!(address.durability, Some(Durability::Replicated));
        assert_eq!(address.inbox.as_deref(), Some("_ME"));
        let (user, password) = ("al ice".to_owned(), "p@ss:w".to_owned());
        assert_eq!(address.credentials, Some(Credentials::User { user, password }));
        let address = Address::parse("nats://t0ken@one").unwrap();
        assert_eq!(address.credentials, Some(Credentials::Token("t0ken".to_owned())));
    }

    #[test]
    fn secrets_are_in_no_text() {
        let address = Address::parse("nats://alice:s3cret@one/SHOP").unwrap();
        assert_eq!(format!("{address:?}"), "nats://one:4222/SHOP");
        for url in [
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
