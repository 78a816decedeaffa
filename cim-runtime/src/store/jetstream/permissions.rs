//! Who needs which subjects, and no others.
//!
//! The server checks the subject of a request, and not where its answer goes: who may ask JetStream
//! may have the answer sent to a subject on which it may not publish. There it is a stray, which is
//! passed over and reported. So a role keeps mistakes and strangers out, and not an enemy whom one has
//! given a password; for those there are accounts.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::options::Reached;
use super::subjects::{self, Api};
use super::{JetStreamStore, address, errors};
use crate::store::{StoreError, StoreErrorKind};
use crate::subject::{SERVICES, commands_of, is_token, queries_of, streams_of};

/// What somebody does with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// Decides commands, stores events and snapshots, and serves commands and queries.
    Writer,
    /// Reads and follows events, loads aggregates, and asks queries.
    Reader,
    /// Sends commands and queries to services, and sees no stream.
    Client,
    /// Follows events, keeps what it makes of them in a bucket, and serves queries.
    Projector,
    /// Creates, changes, backs up, restores, purges and deletes the streams.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Writer, Self::Reader, Self::Client, Self::Projector, Self::Admin];

    /// Such as `writer`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Client => "client",
            Self::Projector => "projector",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|role| role.name()).collect();
            format!("there is no such role: write one of {}", names.join(", "))
        })
    }
}

/// What a user may do. All else is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Permissions {
    /// Whose they are.
    pub role: Role,
    /// What the subjects of answers begin with: give it to
    /// [`JetStreamOptions::inbox_prefix`](super::JetStreamOptions::inbox_prefix).
    pub inbox: String,
    /// Where it may publish.
    pub publish: Vec<String>,
    /// What it may subscribe to.
    pub subscribe: Vec<String>,
    /// Whether it may answer each message that it gets, once.
    pub responses: bool,
}

/// The subjects of a store, of which each [`Role`] needs some.
///
/// ```
/// use cim_runtime::store::{Role, StoreSubjects};
///
/// let shop = StoreSubjects::new("SHOP", ["shop"])?;
/// let may_publish = |role: Role| shop.permissions(role).publish;
/// assert!(may_publish(Role::Writer).contains(&"shop.evt.*.*".to_owned()));
/// assert!(!may_publish(Role::Reader).contains(&"shop.evt.*.*".to_owned()));
/// assert!(may_publish(Role::Admin).contains(&"$JS.API.STREAM.PURGE.SHOP".to_owned()));
/// # Ok::<_, cim_runtime::store::StoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSubjects {
    stream: String,
    domains: BTreeSet<String>,
    api: Api,
}

impl StoreSubjects {
    /// Those of the JetStream stream of this name, and of the domains whose events are in it.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Invalid`] when a name cannot be one, or there is no domain.
    pub fn new(
        stream: &str,
        domains: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, StoreError> {
        let invalid = |problem: String| StoreError::new(StoreErrorKind::Invalid, problem);
        let domains: BTreeSet<String> = domains.into_iter().map(Into::into).collect();
        if let Some(wrong) = domains.iter().find(|domain| !is_token(domain)) {
            return Err(invalid(format!("`{wrong}` is no domain: write one such as `shop`")));
        }
        if domains.is_empty() {
            return Err(invalid("no domain is named, whose events are in the stream".to_owned()));
        }
        let stream = address::stream_name(stream)?;
        Ok(Self { stream, domains, api: Api::of(&Reached::Here) })
    }

    /// The stream is in this JetStream domain, behind a leaf node.
    #[must_use]
    pub fn jetstream_domain(mut self, domain: impl Into<String>) -> Self {
        self.api = Api::of(&Reached::Domain(domain.into()));
        self
    }

    /// JetStream's interface is imported from another account, under this prefix.
    #[must_use]
    pub fn jetstream_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.api = Api::of(&Reached::Prefix(prefix.into()));
        self
    }

    /// The name of the JetStream stream.
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// The bucket in which a projector keeps what it makes of the events.
    pub fn projections_bucket(&self) -> String {
        subjects::projections(&self.stream)
    }

    /// What a role needs.
    pub fn permissions(&self, role: Role) -> Permissions {
        let (stream, snapshots) = (&self.stream, subjects::snapshots(&self.stream));
        let large = subjects::large_snapshots(stream);
        let projections = self.projections_bucket();
        let inbox = format!("_INBOX_{stream}_{role}");
        let (mut publish, mut subscribe) = (Vec::new(), vec![format!("{inbox}.>")]);
        match role {
            Role::Writer => {
                publish.extend(self.each(streams_of));
                publish.extend(self.reading());
                publish.extend(self.bucket(&snapshots));
                publish.push(self.api.values(&snapshots));
                publish.extend(self.objects(&large));
                // An object that is replaced leaves pieces behind, which are of no event.
                publish.push(self.api.ask("STREAM.PURGE", &subjects::stream_of_objects(&large)));
                publish.push(self.api.objects(&large));
                subscribe.extend(self.each(commands_of));
                subscribe.extend(self.each(queries_of));
                subscribe.push(SERVICES.to_owned());
            }
            Role::Reader => {
                publish.extend(self.reading());
                publish.extend(self.bucket(&snapshots));
                publish.extend(self.objects(&large));
                publish.extend(self.each(queries_of));
                publish.push(SERVICES.to_owned());
            }
            Role::Client => {
                publish.extend(self.each(commands_of));
                publish.extend(self.each(queries_of));
                publish.push(SERVICES.to_owned());
            }
            Role::Projector => {
                publish.extend(self.reading());
                publish.extend(self.bucket(&projections));
                publish.push(self.api.values(&projections));
                subscribe.extend(self.each(queries_of));
                subscribe.push(SERVICES.to_owned());
            }
            Role::Admin => {
                publish.extend(self.reading());
                publish.extend(self.bucket(&snapshots));
                publish.extend(self.bucket(&projections));
                publish.extend(self.objects(&large));
                publish.push(self.api.account());
                let buckets = [&snapshots, &projections].map(|bucket| subjects::stream_of(bucket));
                let objects = subjects::stream_of_objects(&large);
                for stream in [stream, &objects].into_iter().chain(&buckets) {
                    publish.extend(self.changing(stream));
                }
            }
        }
        let responses = matches!(role, Role::Writer | Role::Projector);
        Permissions { role, inbox, publish, subscribe, responses }
    }

    fn each(&self, subjects: impl Fn(&str) -> String) -> impl Iterator<Item = String> {
        self.domains.iter().map(move |domain| subjects(domain))
    }

    /// What reading and following the stream needs: `server.rs` and `subscribe.rs` ask there.
    fn reading(&self) -> impl Iterator<Item = String> {
        let ask = |verb: &str| self.api.ask(verb, &self.stream);
        let once = ["STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET", "CONSUMER.CREATE"].map(ask);
        // The last message of a subject is asked for by its name.
        let last = self.each(move |domain| format!("{}.{}", ask("DIRECT.GET"), streams_of(domain)));
        once.into_iter().chain(last).chain([format!("{}.*", ask("CONSUMER.MSG.NEXT"))])
    }

    /// What reading a bucket needs.
    fn bucket(&self, bucket: &str) -> [String; 2] {
        let stream = subjects::stream_of(bucket);
        let get =
            format!("{}.{}", self.api.ask("DIRECT.GET", &stream), subjects::values_of(bucket));
        [self.api.ask("STREAM.INFO", &stream), get]
    }

    /// What reading a bucket of objects needs: their pieces come by a consumer.
    fn objects(&self, bucket: &str) -> Vec<String> {
        let ask = |verb: &str| self.api.ask(verb, &subjects::stream_of_objects(bucket));
        let description = format!("{}.$O.{bucket}.M.*", ask("DIRECT.GET"));
        // Of many pieces, the server asks from time to time whether they have come.
        let come = format!("$JS.FC.{}.>", subjects::stream_of_objects(bucket));
        vec![ask("STREAM.INFO"), description, ask("CONSUMER.CREATE"), come]
    }

    /// What only an admin may do to a stream. Some of it is refused by the stream itself, until the
    /// admin changes it.
    fn changing(&self, stream: &str) -> impl Iterator<Item = String> {
        let verbs = ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE"];
        let ask = |verb: &str| self.api.ask(&format!("STREAM.{verb}"), stream);
        // The pieces of a backup go there, and the words that they have come.
        let pieces = ["RESTORE", "ACK"].map(|what| format!("$JS.SNAPSHOT.{what}.{stream}.*"));
        verbs.map(ask).into_iter().chain(pieces)
    }
}

impl JetStreamStore {
    /// The subjects of this store, by what the server says of the stream now.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or the stream has the subjects of no domain.
    pub async fn subjects(&self) -> Result<StoreSubjects, StoreError> {
        let server = &self.0.server;
        let info = server.info().await?;
        let info = info.ok_or_else(|| errors::not_there(server.name(), "this server"))?;
        let first = |subject: &String| subject.split('.').next().map(str::to_owned);
        // A stream without a domain has the subjects of one with its own name.
        let is_domain = |name: &String| is_token(name) && name != server.name();
        self.subjects_of(info.config.subjects.iter().filter_map(first).filter(is_domain))
    }

    /// The same for these domains, whether the stream has their subjects or not.
    ///
    /// # Errors
    ///
    /// Those of [`StoreSubjects::new`].
    pub fn subjects_of(
        &self,
        domains: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<StoreSubjects, StoreError> {
        let server = &self.0.server;
        let api = server.interface().api.clone();
        Ok(StoreSubjects { api, ..StoreSubjects::new(server.name(), domains)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::is_match;

    fn may(role: Role, subject: &str) -> bool {
        let shop = StoreSubjects::new("SHOP", ["shop", "house"]).unwrap();
        shop.permissions(role).publish.iter().any(|allowed| is_match(allowed, subject))
    }

    #[track_caller]
    fn only(roles: &[Role], subject: &str) {
        let found: Vec<_> = Role::ALL.into_iter().filter(|role| may(*role, subject)).collect();
        assert_eq!(found, roles, "{subject}");
    }

    #[test]
    fn what_changes_history_is_for_one_role_each() {
        for events in ["shop.evt.order.1", "house.evt.room.a=20b"] {
            only(&[Role::Writer], events);
        }
        only(&[], "shop.evt.order.1.2");
        only(&[], "other.evt.order.1");
        for verb in ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "RESTORE", "SNAPSHOT"] {
            for stream in ["SHOP", "KV_SHOP_snapshots", "KV_SHOP_projections"] {
                only(&[Role::Admin], &format!("$JS.API.STREAM.{verb}.{stream}"));
            }
            only(&[], &format!("$JS.API.STREAM.{verb}.OTHER"));
        }
        only(&[Role::Writer], "$KV.SHOP_snapshots.shop.evt.order.1");
        only(&[Role::Projector], "$KV.SHOP_projections.totals");
        only(&[Role::Client], "shop.cmd.order.place");
        only(&[Role::Reader, Role::Client], "shop.qry.totals.all");
    }

    #[test]
    fn no_two_roles_share_an_inbox() {
        let shop = StoreSubjects::new("SHOP", ["shop"]).unwrap();
        let inboxes: BTreeSet<_> = Role::ALL.map(|role| shop.permissions(role).inbox).into();
        assert_eq!(inboxes.len(), Role::ALL.len());
        for role in Role::ALL {
            let Permissions { inbox, subscribe, .. } = shop.permissions(role);
            assert!(!subscribe.iter().any(|allowed| is_match(allowed, "_INBOX.abc.1")));
            assert!(subscribe.contains(&format!("{inbox}.>")));
            assert_eq!(role.name().parse(), Ok(role));
        }
    }

    #[test]
    fn the_interface_may_be_elsewhere() {
        let hub = StoreSubjects::new("SHOP", ["shop"]).unwrap().jetstream_domain("hub");
        let Permissions { publish, .. } = hub.permissions(Role::Writer);
        for subject in
            ["$JS.hub.API.STREAM.INFO.SHOP", "$JS.hub.API.$KV.SHOP_snapshots.>", "shop.evt.*.*"]
        {
            assert!(publish.iter().any(|allowed| allowed == subject), "{subject}: {publish:?}");
        }
    }

    #[test]
    fn names_cannot_reach_into_other_subjects() {
        for (stream, domain) in [("SHOP", "*"), ("SHOP", "a.b"), ("SHOP", ""), (">", "shop")] {
            let error = StoreSubjects::new(stream, [domain]).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
        }
        assert!(StoreSubjects::new("SHOP", [""; 0]).is_err());
    }
}
