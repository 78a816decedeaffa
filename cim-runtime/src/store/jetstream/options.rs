//! How a JetStream store is set up.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use super::address::Address;
use super::{JetStreamStore, errors, subjects};
use crate::nats::{Credentials, Login};
use crate::store::{Durability, StoreError};

/// How a [`JetStreamStore`] is set up.
///
/// ```no_run
/// # use cim_runtime::store::{Durability, JetStreamStore, StoreError};
/// # async fn open() -> Result<(), StoreError> {
/// let store = JetStreamStore::options()
///     .durability(Durability::Replicated)
///     .credentials_file("shop.creds")
///     .connect("nats://one.example,two.example/SHOP")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct JetStreamOptions {
    pub(super) durability: Durability,
    pub(super) domains: BTreeSet<String>,
    pub(super) sync_always: bool,
    /// Where servers can be asked what they are, as `http://host:port`.
    pub(super) monitoring: Vec<String>,
    pub(super) batches: bool,
    pub(super) traces: bool,
    pub(super) deadline: Duration,
    pub(super) heads: NonZeroUsize,
    pub(super) index: Option<PathBuf>,
    pub(super) login: Login,
    pub(super) reached: Reached,
    pub(super) replicas: Option<usize>,
    pub(super) must_exist: bool,
}

/// Where JetStream's interface is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Reached {
    #[default]
    Here,
    /// In a JetStream domain, behind a leaf node.
    Domain(String),
    /// In another account, which exports it with this prefix.
    Prefix(String),
}

impl Default for JetStreamOptions {
    fn default() -> Self {
        Self {
            durability: Durability::Dev,
            domains: BTreeSet::new(),
            sync_always: false,
            monitoring: Vec::new(),
            batches: true,
            traces: false,
            // After the loss of a leader, a cluster refuses for 4 to 8 s.
            deadline: Duration::from_secs(15),
            heads: const { NonZeroUsize::new(50_000).unwrap() },
            index: None,
            login: Login::default(),
            reached: Reached::Here,
            replicas: None,
            must_exist: false,
        }
    }
}

impl JetStreamOptions {
    /// What must not lose an event; [`Durability::Dev`] unless told otherwise, here or in the
    /// address.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// A domain whose events go into the stream. For [`Durability::Dev`], a domain that was not named
    /// is added when its first event is stored; otherwise the stream is the operator's, and must have
    /// the subjects of each domain.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domains.insert(domain.into());
        self
    }

    /// Says, on the operator's word, that each server runs with `sync_interval: always`. One that is
    /// seen not to is refused all the same.
    ///
    /// Such a server syncs once for each message, so commits that wait (16 at least, 256 at most) are
    /// then joined into one atomic batch, if the stream takes batches (`allow_atomic`): one that is
    /// created with this does. For each commit, what comes of it is the same as without.
    #[must_use]
    pub fn assert_sync_always(mut self) -> Self {
        self.sync_always = true;
        self
    }

    /// The monitoring port of a server, such as `http://one.example:8222`: there is seen whether it
    /// syncs before it answers. To see it of a cluster, name the port of each of its servers.
    #[must_use]
    pub fn monitoring(mut self, url: impl Into<String>) -> Self {
        self.monitoring.push(url.into());
        self
    }

    /// Sends each commit as a message with an answer of its own, also where the servers sync each message,
    /// and where a single server takes bursts of messages (`allow_batched`).
    #[must_use]
    pub fn without_batches(mut self) -> Self {
        self.batches = false;
        self
    }

    /// Gives each commit's message a W3C `traceparent`, whose trace is the correlation: 68 bytes more,
    /// for tools that follow a message without reading it.
    #[must_use]
    pub fn traceparent(mut self) -> Self {
        self.traces = true;
        self
    }

    /// How long a call waits for a server that does not answer; 15 s unless told otherwise.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many streams' heads are remembered; 50,000 unless told otherwise. A commit to another
    /// stream costs one round trip more.
    #[must_use]
    pub fn heads(mut self, count: NonZeroUsize) -> Self {
        self.heads = count;
        self
    }

    /// Keeps the index for lookups in this folder, which is created if it is missing: it follows the
    /// stream from the moment when the store is opened, and goes on where it was when the store is
    /// opened again. Its memory does not grow with the stream.
    ///
    /// Each process has a folder of its own in there, so several can be given the same one. What is
    /// there can be deleted while no process has it: it is built anew from the stream.
    ///
    /// Without it the index is in memory, 150 bytes an event, and each process reads the whole
    /// stream when it first looks something up.
    #[must_use]
    pub fn index(mut self, folder: impl Into<PathBuf>) -> Self {
        self.index = Some(folder.into());
        self
    }

    /// Authenticates with a name and a password.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        let (user, password) = (user.into(), password.into());
        self.login.credentials = Some(Credentials::User { user, password });
        self
    }

    /// Authenticates with a token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.login.credentials = Some(Credentials::Token(token.into()));
        self
    }

    /// Authenticates with the seed of an nkey.
    #[must_use]
    pub fn nkey(mut self, seed: impl Into<String>) -> Self {
        self.login.credentials = Some(Credentials::NKey { seed: seed.into() });
        self
    }

    /// Authenticates with a `.creds` file.
    #[must_use]
    pub fn credentials_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.login.credentials = Some(Credentials::File(path.into()));
        self
    }

    /// What the subjects begin with on which answers come; `_INBOX` unless told otherwise, here or in
    /// the address. Users that may subscribe to one of their own alone cannot read the answers of
    /// others: see [`Permissions`](crate::store::Permissions).
    #[must_use]
    pub fn inbox_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.login.inbox = Some(prefix.into());
        self
    }

    /// Trusts servers whose certificates lead to one in this PEM file, besides those that the
    /// system trusts.
    #[must_use]
    pub fn root_certificates(mut self, path: impl Into<PathBuf>) -> Self {
        self.login.root_certificates = Some(path.into());
        self
    }

    /// Shows servers this certificate: a PEM file, and one with its key.
    #[must_use]
    pub fn client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.login.certificate = Some((certificate.into(), key.into()));
        self
    }

    /// Connects as a configuration says.
    #[must_use]
    pub(crate) fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// The stream is in this JetStream domain, behind a leaf node.
    #[must_use]
    pub fn jetstream_domain(mut self, domain: impl Into<String>) -> Self {
        self.reached = Reached::Domain(domain.into());
        self
    }

    /// JetStream's interface is imported from another account, under this prefix.
    #[must_use]
    pub fn jetstream_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.reached = Reached::Prefix(prefix.into());
        self
    }

    /// How many servers keep a stream that is created; as many as the durability needs, unless told
    /// otherwise.
    #[must_use]
    pub fn replicas(mut self, count: usize) -> Self {
        self.replicas = Some(count);
        self
    }

    /// A stream that is not there is an error, and is not created.
    #[must_use]
    pub fn must_exist(mut self) -> Self {
        self.must_exist = true;
        self
    }

    /// Connects to the store at `url`, such as `nats://host:4222/STREAM`, and creates the stream if
    /// it is not there.
    ///
    /// What the address says of credentials, of durability and of the inbox goes before what was set
    /// here.
    ///
    /// # Errors
    ///
    /// When no server can be reached, when it is too old, or when it or the stream keeps less than
    /// the declared [`Durability`] needs.
    pub async fn connect(mut self, url: &str) -> Result<JetStreamStore, StoreError> {
        let address = Address::parse(url)?;
        self.durability = address.durability.unwrap_or(self.durability);
        self.login = self.login.at(&address.nats);
        if !subjects::is_prefix(self.login.inbox()) {
            return Err(errors::no_prefix(self.login.inbox()));
        }
        JetStreamStore::open(&address, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        for options in [
            JetStreamOptions::default().user("alice", "s3cret"),
            JetStreamOptions::default().token("s3cret"),
            JetStreamOptions::default().nkey("s3cret"),
        ] {
            assert!(!format!("{options:?}").contains("s3cret"));
        }
    }
}
