//! A connection to NATS, as services and their clients need one.

use std::fmt;

use async_nats::{ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use tokio::sync::watch;

use super::error::{ServiceError, ServiceErrorKind};
use crate::config::Nats;
use crate::error::Error;

/// The port of a server that names none.
const PORT: u16 = 4222;

/// A connection to NATS, over which services are served and asked.
///
/// Clones share it. It is made again when it is lost.
#[derive(Clone)]
pub struct Connection {
    pub(super) client: async_nats::Client,
    pub(super) denials: Denials,
}

/// What the server has said that we may not do. It does not say so in an answer, but beside them.
#[derive(Clone)]
pub(super) struct Denials(watch::Receiver<Vec<String>>);

impl Denials {
    /// Waits until the server has said that something with this text is not permitted; of a
    /// connection that others have made that is not known, and this never ends.
    pub(super) async fn of(&mut self, text: &str) {
        let said = self.0.wait_for(|said| said.iter().any(|said| said.contains(text))).await;
        if said.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// What the server said of subscriptions.
    pub(super) fn of_subscriptions(&self) -> Option<String> {
        self.0.borrow().iter().find(|said| said.contains("for Subscription")).cloned()
    }
}

fn note(denials: &watch::Sender<Vec<String>>, event: &Event) {
    match event {
        Event::ServerError(error) => {
            tracing::warn!(%error, "the NATS server reports an error");
            let said = error.to_string();
            denials.send_if_modified(|denials| {
                let new = said.contains("Permissions Violation") && !denials.contains(&said);
                if new {
                    denials.push(said);
                }
                new
            });
        }
        // What was permitted may be another now.
        Event::Connected => drop(denials.send_replace(Vec::new())),
        Event::ClientError(error) => tracing::warn!(%error, "no connection to the NATS server"),
        Event::SlowConsumer(_) => tracing::warn!("requests come faster than they are taken"),
        _ => {}
    }
}

impl Connection {
    /// Connects to `nats://host:port`, or to several hosts with commas between. A user and a
    /// password, or a token, may stand before an `@`; the name of a stream behind the hosts, as in
    /// the address of a store, means nothing here.
    ///
    /// # Errors
    ///
    /// When it is no such address, nobody answers there, or we are not let in.
    pub async fn to(url: &str) -> Result<Self, Error> {
        let nats = Nats { url: Some(url.to_owned()), ..Nats::default() };
        Self::configured(&nats).await
    }

    /// Connects as the table `[nats]` of a [configuration](crate::config) says.
    ///
    /// # Errors
    ///
    /// As [`Connection::to`], and when a file cannot be read.
    pub async fn configured(nats: &Nats) -> Result<Self, Error> {
        let Some(url) = &nats.url else {
            return Err(invalid("no server is named").into());
        };
        let address = Address::parse(url)?;
        let shown = address.shown();
        let servers = address.servers.iter().map(|server| server.parse::<ServerAddr>());
        let servers: Vec<_> = servers
            .collect::<Result<_, _>>()
            .map_err(|error| invalid(&format!("{shown}: {error}")))?;
        let (sender, denials) = watch::channel(Vec::new());
        let options = options(nats, &address).await?.event_callback(move |event| {
            note(&sender, &event);
            std::future::ready(())
        });
        let client = options.connect(servers).await.map_err(|error| {
            let problem = match error.kind() {
                ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                    "its servers do not let us in: check user, token, nkey or credentials"
                        .to_owned()
                }
                _ => format!("{error}: check that a server listens there"),
            };
            ServiceError::new(ServiceErrorKind::Connection, format!("{shown}: {problem}"))
        })?;
        Ok(Self { client, denials: Denials(denials) })
    }
}

/// A connection that was made otherwise. What its user is not permitted to do is only seen from the
/// client's own events.
impl From<async_nats::Client> for Connection {
    fn from(client: async_nats::Client) -> Self {
        let (_, denials) = watch::channel(Vec::new());
        Self { client, denials: Denials(denials) }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.client.server_info().server_name)
    }
}

async fn options(nats: &Nats, address: &Address) -> Result<ConnectOptions, ServiceError> {
    let mut options = ConnectOptions::new().name("cim");
    if let Some(inbox) = nats.inbox.as_ref().or(address.inbox.as_ref()) {
        options = options.custom_inbox_prefix(inbox);
    }
    if let Some(ca) = &nats.ca {
        options = options.add_root_certificates(ca.clone());
    }
    if let (Some(cert), Some(key)) = (&nats.cert, &nats.key) {
        options = options.add_client_certificate(cert.clone(), key.clone());
    }
    if let Some(path) = &nats.creds {
        let unreadable = |error: std::io::Error| {
            let path = path.display();
            ServiceError::new(
                ServiceErrorKind::Invalid,
                format!("the credentials in {path} cannot be used: {error}"),
            )
        };
        return options.credentials_file(path).await.map_err(unreadable);
    }
    let password = nats.password.as_ref().map_or("", |password| password.reveal());
    Ok(match (&nats.user, &nats.token, &nats.nkey, &address.login) {
        (Some(user), ..) => options.user_and_password(user.clone(), password.to_owned()),
        (_, Some(token), ..) => options.token(token.reveal().to_owned()),
        (_, _, Some(seed), _) => options.nkey(seed.reveal().to_owned()),
        (.., Some((user, Some(password)))) => {
            options.user_and_password(user.clone(), password.clone())
        }
        (.., Some((token, None))) => options.token(token.clone()),
        (.., None) => options,
    })
}

/// What stands in an address.
struct Address {
    servers: Vec<String>,
    login: Option<(String, Option<String>)>,
    inbox: Option<String>,
}

impl Address {
    fn parse(url: &str) -> Result<Self, ServiceError> {
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme @ ("nats" | "tls"), rest)) => (scheme, rest),
            _ => return Err(invalid("it begins with nats:// or tls://")),
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (login, hosts) = match rest.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, rest),
        };
        let hosts = hosts.split('/').next().unwrap_or_default();
        if hosts.split(',').any(str::is_empty) {
            return Err(invalid("it names no host"));
        }
        let with_port = |host: &str| match host.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => format!("{scheme}://{host}"),
            _ => format!("{scheme}://{host}:{PORT}"),
        };
        let decode = |text| decoded(text).ok_or_else(|| invalid("before the @ is no such text"));
        let login = match login.map(|login| login.split_once(':').ok_or(login)) {
            Some(Ok((user, password))) => Some((decode(user)?, Some(decode(password)?))),
            Some(Err(token)) => Some((decode(token)?, None)),
            None => None,
        };
        let inbox = query.split('&').find_map(|setting| setting.strip_prefix("inbox="));
        let servers = hosts.split(',').map(with_port).collect();
        Ok(Self { servers, login, inbox: inbox.map(str::to_owned) })
    }

    /// Without secrets.
    fn shown(&self) -> String {
        self.servers.join(",")
    }
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

/// Says nothing of what was given, in which secrets may be.
fn invalid(problem: &str) -> ServiceError {
    ServiceError::new(
        ServiceErrorKind::Invalid,
        format!("this is no address of NATS: {problem}; write nats://host:4222"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_store_is_one() {
        let address = Address::parse("tls://al%20ice:p%40ss@one,[::1],two:1/SHOP?inbox=_ME").ok();
        let address = address.unwrap();
        assert_eq!(address.servers, ["tls://one:4222", "tls://[::1]:4222", "tls://two:1"]);
        assert_eq!(address.login, Some(("al ice".to_owned(), Some("p@ss".to_owned()))));
        assert_eq!(address.inbox.as_deref(), Some("_ME"));
        assert!(!address.shown().contains("p@ss"));
    }

    #[test]
    fn what_is_no_address_is_not_shown() {
        for url in
            ["redis://s3cret@one", "nats://s3cret@", "nats://s3cret%@one", "nats://a,,s3cret"]
        {
            let error = Address::parse(url).map(|address| address.shown()).unwrap_err().to_string();
            assert!(!error.contains("s3cret") && error.contains("nats://host"), "{error}");
        }
    }
}
