//! The configuration of a program: where its store is, and who it is there.
//!
//! With the feature `config`, it is read from a TOML file, in which everything may be left out, and variables of the environment, which go
//! before it:
//!
//! ```toml
//! [nats]
//! url = "nats://one.example,two.example"
//! creds = "shop.creds"            # or user and password, or token, or nkey (a seed)
//! ca = "ca.pem"                   # who vouches for the servers, besides those the system trusts
//! cert = "shop.pem"               # who we are, with its key
//! key = "shop.key"
//! inbox = "_INBOX_SHOP_writer"    # where this user's answers come to: see `cim nats permissions`
//!
//! [jetstream]
//! domain = "hub"                  # or prefix, for an account that imports the interface
//! replicas = 3                    # of a stream that is created
//! traceparent = true              # in each message, for tools that follow it
//!
//! [event_store]
//! url = "file:shop.cim"           # in place of [nats]
//! stream = "SHOP"
//! index = "index"                 # where lookups are kept; in memory, if left out
//! durability = "replicated"       # dev, replicated, power-loss-safe
//! monitoring = "http://one.example:8222,http://two.example:8222"  # for power-loss-safe
//! sync_always = true              # or the operator's word
//! deadline_seconds = 15
//! snapshot_threshold = 100
//! max_events_per_aggregate = 10000
//!
//! [policy.auto_archive]           # the settings of a policy: see `#[derive(Settings)]`
//! days = 90
//! ```
//!
//! `CIM_NATS_URL` is the key `url` of `[nats]`, and so on for each key; `CIM_POLICY_AUTO_ARCHIVE_DAYS`
//! is `days` of `[policy.auto_archive]`. Names of files are relative
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

#[cfg(feature = "config")]
mod environment;
#[cfg(feature = "config")]
mod error;
#[cfg(feature = "config")]
mod keys;
#[cfg(feature = "config")]
mod load;
mod policies;
mod secret;
mod store;

use std::path::PathBuf;

#[cfg(feature = "config")]
use serde::Deserialize;

#[cfg(feature = "config")]
pub use error::ConfigError;
pub use policies::Policies;
pub use secret::Secret;

use crate::store::Durability;

/// What a file and the environment say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "config", derive(Deserialize), serde(default))]
#[non_exhaustive]
pub struct Config {
    /// The servers, and who we are to them.
    pub nats: Nats,
    /// How JetStream is reached behind them.
    pub jetstream: JetStream,
    /// Where and how events are kept.
    pub event_store: EventStore,
    /// What policies are told.
    #[cfg_attr(feature = "config", serde(skip))]
    pub policies: Policies,
}

/// `[nats]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "config", derive(Deserialize), serde(default))]
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
    /// What the subjects begin with on which answers come.
    pub inbox: Option<String>,
}

/// `[jetstream]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "config", derive(Deserialize), serde(default))]
#[non_exhaustive]
pub struct JetStream {
    /// The JetStream domain, behind a leaf node.
    pub domain: Option<String>,
    /// The prefix of the interface's subjects, where another account exports it.
    pub prefix: Option<String>,
    /// How many servers keep a stream that is created.
    pub replicas: Option<usize>,
    /// Whether each commit's message has a W3C `traceparent`, whose trace is the correlation.
    pub traceparent: bool,
}

/// `[event_store]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "config", derive(Deserialize), serde(default))]
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
    /// The monitoring ports of the servers, as `http://HOST:PORT` with commas between.
    pub monitoring: Option<String>,
    /// How long a call waits for a server that does not answer.
    pub deadline_seconds: Option<u64>,
    /// After how many events an aggregate gets a new snapshot.
    pub snapshot_threshold: Option<u64>,
    /// How many events an aggregate may have: further commands are refused, nothing is dropped.
    pub max_events_per_aggregate: Option<u64>,
}

#[cfg(test)]
#[cfg(feature = "config")]
mod tests;
