//! `nats://user:password@host:4222,other:4222/PATH?key=value&key=value`

use std::fmt;

use async_nats::ServerAddr;

use super::Credentials;

/// The port of a server, unless the address names another.
const PORT: &str = "4222";

/// Servers of NATS, who we are there, and what the address says besides.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) servers: Vec<ServerAddr>,
    pub(crate) credentials: Option<Credentials>,
    /// What stands behind the hosts, without its `/`.
    pub(crate) path: String,
    /// What stands behind the `?`; one without a `=` has no value.
    pub(crate) settings: Vec<(String, String)>,
}

impl Address {
    /// Reads an address, or says what is wrong with it. No problem shows any of it, for secrets may
    /// stand anywhere.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme @ ("nats" | "tls"), rest)) => (scheme, rest),
            _ => return Err("it begins with nats:// or tls://"),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let servers = hosts.split(',').map(|host| server(scheme, host));
        let settings = query.split('&').filter(|setting| !setting.is_empty()).map(|setting| {
            let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
            (key.to_owned(), value.to_owned())
        });
        Ok(Self {
            servers: servers.collect::<Result<_, _>>()?,
            credentials: login.map(credentials).transpose()?,
            path: path.to_owned(),
            settings: settings.collect(),
        })
    }

    /// The last value of a setting.
    pub(crate) fn setting(&self, key: &str) -> Option<&str> {
        let found = self.settings.iter().rfind(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The servers, for people.
    pub(crate) fn shown(&self) -> String {
        let mut shown = String::new();
        for server in &self.servers {
            if !shown.is_empty() {
                shown.push(',');
            }
            shown.push_str(server.as_url_str());
        }
        shown
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

fn server(scheme: &str, host: &str) -> Result<ServerAddr, &'static str> {
    const PROBLEM: &str = "a server is written `host` or `host:port`";
    // An IPv6 address stands in brackets, and its colons are not the port's.
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if has_port => (name, port),
        _ => (host, PORT),
    };
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte);
    if name.is_empty() || !name.bytes().all(sound) || port.parse::<u16>().is_err() {
        return Err(PROBLEM);
    }
    format!("{scheme}://{name}:{port}").parse().map_err(|_| PROBLEM)
}

fn credentials(login: &str) -> Result<Credentials, &'static str> {
    let decode =
        |text: &str| decoded(text).ok_or("what stands before the `@` is not percent-encoded text");
    Ok(match login.split_once(':') {
        Some((user, password)) => {
            Credentials::User { user: decode(user)?, password: decode(password)? }
        }
        None => Credentials::Token(decode(login)?),
    })
}

/// Text with `%XX` for some of its bytes.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_servers_credentials_a_path_and_settings() {
        let url = "tls://al%20ice:p%40ss:w@one:1,[::1]:2,[::2],two/SHOP?inbox=_ME&x";
        let address = Address::parse(url).unwrap();
        let servers = "tls://one:1,tls://[::1]:2,tls://[::2]:4222,tls://two:4222";
        assert_eq!(address.shown(), servers);
        assert_eq!(format!("{address:?}"), servers);
        let (user, password) = ("al ice".to_owned(), "p@ss:w".to_owned());
        assert_eq!(address.credentials, Some(Credentials::User { user, password }));
        assert_eq!((&*address.path, address.setting("inbox")), ("SHOP", Some("_ME")));
        assert_eq!((address.setting("x"), address.setting("y")), (Some(""), None));
        let address = Address::parse("nats://t0ken@one").unwrap();
        assert_eq!(address.credentials, Some(Credentials::Token("t0ken".to_owned())));
    }

    #[test]
    fn what_is_no_address_is_told() {
        for url in ["one", "redis://one", "nats://", "nats://one,", "nats://one:x", "nats://a%@one"]
        {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
