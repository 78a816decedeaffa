//! A connection to NATS, as services and their clients need one.

use std::fmt;

use async_nats::{ConnectErrorKind, Event};
use tokio::sync::watch;

use super::error::{ServiceError, ServiceErrorKind};
use crate::config::Nats;
use crate::error::Error;
use crate::nats::{Address, Login};

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
        let address = Address::parse(url).map_err(invalid)?;
        let shown = address.shown();
        let options = Login::of(nats).at(&address).options().await;
        let options =
            options.map_err(|problem| ServiceError::new(ServiceErrorKind::Invalid, problem))?;
        let (sender, denials) = watch::channel(Vec::new());
        let options = options.event_callback(move |event| {
            note(&sender, &event);
            std::future::ready(())
        });
        let client = options.connect(&address.servers[..]).await.map_err(|error| {
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

    #[tokio::test]
    async fn what_is_no_address_is_not_shown() {
        for url in
            ["redis://s3cret@one", "nats://s3cret@", "nats://s3cret%@one", "nats://a,,s3cret"]
        {
            let error = Connection::to(url).await.unwrap_err().to_string();
            assert!(!error.contains("s3cret") && error.contains("nats://host"), "{error}");
        }
    }
}
