//! Commands and queries as NATS micro services: served by any number of processes, asked from any
//! language.
//!
//! [`Handle::serve`] takes commands on `<domain>.cmd.<aggregate>.<Command>` and questions on
//! `<domain>.qry.<projection>.<Query>`, as JSON that [`guide`] describes; a [`Client`] asks with the
//! domain's own types.
//!
//! ```no_run
//! use cim_runtime::prelude::*;
//! use cim_runtime::service::{Client, Connection, ServeOptions};
//! # #[derive(DomainId)] pub struct DoorId(String);
//! # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
//! # #[command(Door)] pub struct OpenDoor;
//! # #[event(Door)] pub struct DoorOpened;
//! # #[state_machine(initial Closed, terminal Open)]
//! # impl Door {
//! #     #[transition(Closed -> Open)]
//! #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
//! # }
//! # #[system(aggregates(Door))] pub struct House;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! // One process, or several:
//! let house = House::open("nats://localhost/HOUSE").await?;
//! let _workers = house.start().await?;
//! let connection = Connection::to("nats://localhost").await?;
//! let service = house.serve(&connection, ServeOptions::default()).await?;
//!
//! // Another one:
//! let house = Client::<House>::connect("nats://localhost").await?;
//! house.send(&"front".parse()?, OpenDoor).await?;
//!
//! service.stop().await?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod client;
mod connect;
mod discovery;
mod endpoint;
mod error;
mod failure;
mod host;
mod reply;
mod request;
mod shaped;
mod wire;

pub mod guide {
    #![doc = include_str!("../../../docs/services.md")]
}

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use self::discovery::{Discovery, Identity};
use self::endpoint::Limits;
use self::host::Host;
use crate::error::Error;
use crate::system::{Handle, System};

pub use self::client::Client;
pub use self::connect::Connection;
pub use self::error::{ServiceError, ServiceErrorKind};

/// How a service is set up.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    version: String,
    description: String,
    running: usize,
    waiting: usize,
}

/// As version 0.0.0, with 256 requests at once and 4096 that wait.
impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            version: "0.0.0".to_owned(),
            description: String::new(),
            running: 256,
            waiting: 4096,
        }
    }
}

impl ServeOptions {
    /// The version that others see: that of your program, `env!("CARGO_PKG_VERSION")`. It has the
    /// form `MAJOR.MINOR.PATCH`.
    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: version.into(), ..self }
    }

    /// What it is, in a few words, for whoever finds it.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// How many requests are worked on at once; at least one.
    #[must_use]
    pub fn at_once(self, running: usize) -> Self {
        Self { running: running.clamp(1, MOST), ..self }
    }

    /// How many more may wait for that. The next ones are answered at once, with an error after
    /// which they may be sent again: another process may have room.
    #[must_use]
    pub fn waiting(self, waiting: usize) -> Self {
        Self { waiting: waiting.min(MOST), ..self }
    }
}

/// More than a process can have at once.
const MOST: usize = 1 << 20;

/// A domain that is served, until this is stopped or dropped.
#[must_use = "a service ends when this is dropped"]
pub struct Service {
    identity: Arc<Identity>,
    client: async_nats::Client,
    stop: watch::Sender<bool>,
    endpoints: JoinSet<()>,
    discovery: JoinSet<()>,
}

impl<S: System> Handle<S> {
    /// Serves the system's commands and queries over NATS, as a micro service with the name of its
    /// first domain. Processes that serve the same share the requests.
    ///
    /// Commands are sent as by this handle, on behalf of whom the request names, or else of the
    /// handle's actor. Queries are answered by the projections that [`Handle::start`] has started.
    /// Who may send what is up to the permissions of the server's users.
    ///
    /// # Errors
    ///
    /// When the system has no aggregate, the version is none, or the server does not let us listen.
    pub async fn serve(
        &self,
        connection: &Connection,
        options: ServeOptions,
    ) -> Result<Service, Error> {
        let invalid = |problem: String| ServiceError::new(ServiceErrorKind::Invalid, problem);
        let Some(first) = S::AGGREGATES.first() else {
            let problem = "a system without aggregates has no domain, and nothing to serve";
            return Err(invalid(problem.to_owned()).into());
        };
        if !is_version(&options.version) {
            let version = &options.version;
            let problem =
                format!("`{version}` is no version of a service: write one such as 1.2.0");
            return Err(invalid(problem).into());
        }
        let name = first.name.domain();
        let environment = &self.driver().environment;
        let client = connection.client.clone();
        let identity = Arc::new(Identity {
            name: name.to_owned(),
            id: environment.command_id().simple().to_string(),
            version: options.version,
            description: options.description,
            started: environment.now().to_string(),
            endpoints: Host::new(self.clone()).endpoints(name),
        });
        let limits = Limits {
            running: Arc::new(Semaphore::new(options.running)),
            taken: Arc::new(Semaphore::new(options.running + options.waiting)),
        };
        let (stop, stopped) = watch::channel(false);
        let mut service = Service {
            identity,
            client,
            stop,
            endpoints: JoinSet::new(),
            discovery: JoinSet::new(),
        };
        service.listen(&limits, &stopped).await?;
        service.check(connection.denials.clone()).await?;
        Ok(service)
    }
}

/// `MAJOR.MINOR.PATCH`, perhaps with a `-` or a `+` and more behind it.
fn is_version(version: &str) -> bool {
    let (numbers, more) = match version.find(['-', '+']) {
        Some(at) => (&version[..at], &version[at + 1..]),
        None => (version, "0"),
    };
    let is_number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits && (part == "0" || !part.starts_with('0'))
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && !more.is_empty()
        && more.bytes().all(plain)
}

fn cannot_listen(problem: &str) -> ServiceError {
    ServiceError::new(
        ServiceErrorKind::Connection,
        format!(
            "the service cannot listen: {problem}; its user needs what `cim nats permissions` prints \
             for writers"
        ),
    )
}

impl Service {
    async fn listen(
        &mut self,
        limits: &Limits,
        stopped: &watch::Receiver<bool>,
    ) -> Result<(), ServiceError> {
        let refused = |error: async_nats::SubscribeError| cannot_listen(&error.to_string());
        for endpoint in &self.identity.endpoints {
            let group = wire::QUEUE_GROUP.to_owned();
            let requests = self.client.queue_subscribe(endpoint.subject.clone(), group).await;
            let (endpoint, client) = (Arc::clone(endpoint), self.client.clone());
            let (limits, stopped) = (limits.clone(), stopped.clone());
            self.endpoints.spawn(endpoint.run(client, requests.map_err(refused)?, limits, stopped));
        }
        let discovery = Discovery::of(&self.client, Arc::clone(&self.identity)).await;
        self.discovery.spawn(discovery.map_err(refused)?.run());
        Ok(())
    }

    /// Waits until the server knows of all subscriptions, and sees whether it permits them: it takes
    /// one thing after the other, so a question to ourselves comes behind them. Who serves need not
    /// be permitted to ask it, and is told so, which is an answer as well.
    async fn check(&self, mut denials: connect::Denials) -> Result<(), ServiceError> {
        let ping = self.identity.own_ping();
        let pong = tokio::select! {
            biased;
            () = denials.of(&ping) => Ok(()),
            pong = self.client.request(ping.clone(), Bytes::new()) => pong.map(drop),
        };
        match (denials.of_subscriptions(), pong) {
            (Some(said), _) => Err(cannot_listen(&said)),
            (None, Ok(())) => Ok(()),
            (None, Err(error)) => Err(cannot_listen(&format!("asked for itself, {error}"))),
        }
    }

    /// Its name: that of the system's first domain.
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// The id of this process among those that serve the same.
    pub fn id(&self) -> &str {
        &self.identity.id
    }

    /// The subjects of its commands and queries.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        self.identity.endpoints.iter().map(|endpoint| endpoint.subject.as_str())
    }

    /// Takes no more requests, answers those that have come, and ends.
    ///
    /// # Errors
    ///
    /// When the last answers could not be handed to the server.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.stop.send_replace(true);
        while self.endpoints.join_next().await.is_some() {}
        self.discovery.shutdown().await;
        self.client.flush().await.map_err(|error| {
            let problem = format!("the last answers may not have been sent: {error}");
            ServiceError::new(ServiceErrorKind::Connection, problem).into()
        })
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.identity.name)
            .field("id", &self.identity.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn a_version_has_three_numbers() {
        for version in ["0.0.0", "1.20.3", "1.0.0-rc.1", "1.0.0+build-7"] {
            assert!(is_version(version), "{version}");
        }
        for version in ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-ä", "v1.2.3"]
        {
            assert!(!is_version(version), "{version}");
        }
    }
}
