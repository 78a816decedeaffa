//! The configuration of a program: where its store is, and who it is there.
//!
//! A TOML file, in which everything may be left out, and variables of the environment, which go
//! before it:
//!
//! ```toml
//! [nats]
//! url = "nats://one.example,two.example"
//! creds = "shop.creds"            # or user and password, or token, or nkey (a seed)
//! ca = "ca.pem"                   # who vouches for the servers, besides those the system trusts
//! cert = "shop.pem"               # who we are, with its key
//! key = "shop.key"
//!
//! [jetstream]
//! domain = "hub"                  # or prefix, for an account that imports the interface
//! replicas = 3                    # of a stream that is created
//!
//! [event_store]
//! url = "file:shop.cim"           # in place of [nats]
//! stream = "SHOP"
//! index = "index"                 # where lookups are kept; in memory, if left out
//! durability = "replicated"       # dev, replicated, power-loss-safe
//! sync_always = true              # the operator's word for power-loss-safe
//! deadline_seconds = 15
//! snapshot_threshold = 100
//! max_events_per_aggregate = 10000
//! ```
//!
//! `CIM_NATS_URL` is the key `url` of `[nats]`, and so on for each key. Names of files are relative
//! to the configuration's folder; those in variables, to the folder in which the program runs.
//!
//! ```
//! use cim_runtime::config::Config;
//!
//! let mistake = Config::parse("[event_store]\nsteam = \"SHOP\"").unwrap_err();
//! assert_eq!(
//!     mistake.to_string(),
//!     "[event_store] has no key `steam`: did you mean `stream`?"
//! );
//! ```

mod environment;
mod error;
mod keys;
mod secret;
mod store;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

pub use error::ConfigError;
pub use secret::Secret;

use crate::store::Durability;

/// What a file and the environment say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Config {
    /// The servers, and who we are to them.
    pub nats: Nats,
    /// How JetStream is reached behind them.
    pub jetstream: JetStream,
    /// Where and how events are kept.
    pub event_store: EventStore,
}

/// `[nats]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Nats {
    /// `nats://host:port`, or several hosts with commas between.
    pub url: Option<String>,
    /// The name of a user.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// A token.
    pub token: Option<Secret>,
    /// The seed of an nkey.
    pub nkey: Option<Secret>,
    /// A `.creds` file.
    pub creds: Option<PathBuf>,
    /// A PEM file with the certificates of who vouches for the servers.
    pub ca: Option<PathBuf>,
    /// A PEM file with our certificate.
    pub cert: Option<PathBuf>,
    /// A PEM file with our certificate's key.
    pub key: Option<PathBuf>,
}

/// `[jetstream]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JetStream {
    /// The JetStream domain, behind a leaf node.
    pub domain: Option<String>,
    /// The prefix of the interface's subjects, where another account exports it.
    pub prefix: Option<String>,
    /// How many servers keep a stream that is created.
    pub replicas: Option<usize>,
}

/// `[event_store]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EventStore {
    /// `file:DIR` or `memory:`, where there is no `[nats]`.
    pub url: Option<String>,
    /// The name of the JetStream stream.
    pub stream: Option<String>,
    /// The folder of the index of a JetStream store; in memory, if there is none.
    pub index: Option<PathBuf>,
    /// What must not lose an event.
    pub durability: Option<Durability>,
    /// Whether each server syncs before it answers, on the operator's word.
    pub sync_always: bool,
    /// How long a call waits for a server that does not answer.
    pub deadline_seconds: Option<u64>,
    /// After how many events an aggregate gets a new snapshot.
    pub snapshot_threshold: Option<u64>,
    /// How many events an aggregate may have: further commands are refused, nothing is dropped.
    pub max_events_per_aggregate: Option<u64>,
}

impl Config {
    /// Reads a file, and the environment of this process.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or something in it or in the environment is not understood.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::new(format!("could not be read: {error}")).of(path))?;
        let mut table = table(&text).map_err(|error| error.of(path))?;
        files_in(&mut table, path.parent().unwrap_or(Path::new("")));
        environment::apply(&mut table, std::env::vars())?;
        Self::of(table).map_err(|error| error.of(path))
    }

    /// The environment of this process alone.
    ///
    /// # Errors
    ///
    /// When something in it is not understood.
    pub fn of_environment() -> Result<Self, ConfigError> {
        Self::parse_with("", std::env::vars())
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// When it is no TOML, or has a key or a value that is not understood.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::parse_with(text, [])
    }

    /// The same, overridden by variables: each a name, and a value.
    ///
    /// # Errors
    ///
    /// When the text is not understood, or a variable that begins as ours do.
    pub fn parse_with(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = table(text)?;
        environment::apply(&mut table, variables)?;
        Self::of(table)
    }

    fn of(table: Table) -> Result<Self, ConfigError> {
        let config: Self = table.try_into().map_err(ConfigError::syntax)?;
        config.checked()
    }

    /// Refuses what contradicts itself.
    fn checked(self) -> Result<Self, ConfigError> {
        let Nats { user, password, token, nkey, creds, cert, key, .. } = &self.nats;
        let ways = [user.is_some(), token.is_some(), nkey.is_some(), creds.is_some()];
        let problem = if ways.iter().filter(|way| **way).count() > 1 {
            "[nats] names more than one of user, token, nkey, and creds: keep one"
        } else if user.is_none() && password.is_some() {
            "[nats] has a password and no user"
        } else if cert.is_some() != key.is_some() {
            "[nats] has one of cert and key: a certificate needs both"
        } else if self.jetstream.domain.is_some() && self.jetstream.prefix.is_some() {
            "[jetstream] has a domain and a prefix: keep one"
        } else if self.jetstream.replicas.is_some_and(|count| !(1..=5).contains(&count)) {
            "[jetstream] replicas is 1 to 5"
        } else if self.nats.url.is_some() && self.event_store.url.is_some() {
            "the events are kept in one place: [nats] url or [event_store] url"
        } else if self.event_store.snapshot_threshold == Some(0) {
            "[event_store] snapshot_threshold is 1 at least"
        } else if self.event_store.max_events_per_aggregate == Some(0) {
            "[event_store] max_events_per_aggregate is 1 at least: leave it out for no limit"
        } else if self.event_store.deadline_seconds == Some(0) {
            "[event_store] deadline_seconds is 1 at least"
        } else {
            return Ok(self);
        };
        Err(ConfigError::new(problem))
    }
}

fn table(text: &str) -> Result<Table, ConfigError> {
    let table: Table = text.parse().map_err(ConfigError::syntax)?;
    keys::check(&table)?;
    Ok(table)
}

/// Makes the names of files relative to the folder of the file that they stand in.
fn files_in(config: &mut Table, folder: &Path) {
    let files = [("nats", &["creds", "ca", "cert", "key"][..]), ("event_store", &["index"])];
    for (table, keys) in files {
        let Some(Value::Table(table)) = config.get_mut(table) else { continue };
        for key in keys {
            if let Some(Value::String(path)) = table.get_mut(*key) {
                *path = folder.join(&*path).to_string_lossy().into_owned();
            }
        }
    }
}

#[cfg(test)]
mod tests;
