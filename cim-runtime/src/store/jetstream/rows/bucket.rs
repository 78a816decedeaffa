//! The bucket at the server.

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::stream::{Config, DiscardPolicy, RawMessageErrorKind, Stream};
use bytes::Bytes;
use futures::StreamExt as _;
use tokio::time::timeout;

use super::Change;
use super::copy::Row;
use super::message::{self, Subjects};
use super::packed;
use crate::rows::{RowChange, table_and_key};
use crate::store::StoreError;
use crate::store::jetstream::as_one::Unstored;
use crate::store::jetstream::server::{Answer, Server, patience};
use crate::store::jetstream::{errors, subjects, wire};

/// How many messages are asked for at once.
const PAGE: usize = 1000;

/// And how many bytes.
const PAGE_BYTES: usize = 8 << 20;

/// When the server forgets a consumer that nobody asks: soon, as it has so many at most.
const FORGOTTEN: Duration = Duration::from_secs(5);

/// The operation of a message that removes a value, as in any bucket.
const OPERATION: &str = "KV-Operation";
const REMOVED: &str = "DEL";

/// A bucket of rows.
#[derive(Debug)]
pub(super) struct Bucket {
    server: Arc<Server>,
    name: String,
    stream: Stream<()>,
    /// What subjects begin with, as they are stored and as they are sent.
    stored: String,
    sent: String,
    /// How long it is known that a value was removed; for ever, if it was made by an older program.
    remembered: Option<Duration>,
}

/// A value of the bucket.
#[derive(Debug, Clone)]
pub(super) struct Last {
    pub(super) sequence: u64,
    pub(super) payload: Bytes,
}

/// What came of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// All of it is there, its last message at this sequence.
    At(u64),
    /// Somebody else was faster.
    Overtaken,
    /// Nobody said.
    Unknown(String),
    /// It was not taken.
    Refused(String),
}

impl Bucket {
    pub(super) async fn open(
        server: Arc<Server>,
        replicas: usize,
        remembered: Duration,
    ) -> Result<Self, StoreError> {
        let name = subjects::projections(server.name());
        let stored = format!("$KV.{name}");
        let sent = server.interface().api.values(&name);
        let sent = sent.strip_suffix(".>").unwrap_or(&sent).to_owned();
        let config = Config {
            name: subjects::stream_of(&name),
            description: Some("What projections and policies keep".to_owned()),
            subjects: vec![format!("{stored}.>")],
            max_messages_per_subject: 1,
            discard: DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            allow_direct: true,
            allow_atomic_publish: true,
            allow_message_ttl: true,
            num_replicas: replicas,
            ..Config::default()
        };
        let account = server.interface().api.account();
        let is_ours = |denied: &str| denied.contains(&name) || denied == account;
        let made = async {
            let made = server.context.get_or_create_stream(config).await;
            made.map_err(|error| errors::rows(&name, &error.to_string()))
        };
        let made = server.permitted("the rows of projections", is_ours, made).await?;
        let config = &made.cached_info().config;
        let remembered = config.allow_message_ttl.then_some(remembered);
        if !config.allow_atomic_publish {
            return Err(errors::rows(&name, "it does not take several values as one"));
        }
        let stream = server.context.get_stream_no_info(subjects::stream_of(&name)).await;
        let stream = stream.map_err(|error| errors::rows(&name, &error.to_string()))?;
        Ok(Self { server, name, stream, stored, sent, remembered })
    }

    /// Its stream, as it is now.
    #[cfg(test)]
    pub(super) async fn stream(&self) -> Stream {
        let name = subjects::stream_of(&self.name);
        self.server.context.get_stream(name).await.unwrap()
    }

    /// For how long it is known that a value was removed, if not for ever.
    pub(super) fn remembered(&self) -> Option<Duration> {
        self.remembered
    }

    /// The number of the connection: what was away meanwhile has another one.
    pub(super) fn connection(&self) -> u64 {
        self.server.connection()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How large a message may be.
    pub(super) fn max_payload(&self) -> usize {
        self.server.client.server_info().max_payload
    }

    pub(super) fn subjects(&self, space: &str) -> Subjects {
        Subjects::new(&self.stored, &self.sent, space)
    }

    /// How all spaces have begun.
    pub(super) fn all_beginnings(&self) -> String {
        message::all_beginnings(&self.stored)
    }

    /// The space of a stored message.
    pub(super) fn space(&self, subject: &str) -> Option<String> {
        message::space(&self.stored, subject)
    }

    /// The last value of a subject, as the leader has it.
    pub(super) async fn last(&self, subject: &str) -> Result<Option<Last>, StoreError> {
        match self.stream.raw_message_builder().last_by_subject(subject).send().await {
            Ok(message) => Ok(Some(Last { sequence: message.sequence, payload: message.payload })),
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => match error.kind() {
                RawMessageErrorKind::JetStream(error)
                    if error.error_code().0 == wire::code::NO_MESSAGE =>
                {
                    Ok(None)
                }
                _ => Err(self.error(&error)),
            },
        }
    }

    /// All messages of these subjects after a sequence, in order.
    pub(super) async fn changes(
        &self,
        subjects: &str,
        after: u64,
    ) -> Result<Vec<Change>, StoreError> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: after + 1 },
            filter_subject: subjects.to_owned(),
            ack_policy: AckPolicy::None,
            max_deliver: 1,
            inactive_threshold: FORGOTTEN,
            num_replicas: 1,
            memory_storage: true,
            ..pull::Config::default()
        };
        let consumer = self.stream.create_consumer(config).await;
        let mut consumer = consumer.map_err(|error| self.error(&error))?;
        let mut pending = consumer.cached_info().num_pending;
        let mut changes = Vec::new();
        while pending > 0 {
            let batch = consumer
                .batch()
                .max_messages(PAGE)
                .max_bytes(PAGE_BYTES)
                .expires(patience())
                .messages()
                .await;
            let mut batch = batch.map_err(|error| self.error(&error))?;
            let before = changes.len();
            while pending > 0 {
                let Ok(Some(message)) = timeout(patience(), batch.next()).await else { break };
                let message = match message {
                    Ok(message) => message,
                    // So it ends where the next one is more than is left of so many bytes.
                    Err(_) if changes.len() > before => break,
                    Err(error) => return Err(self.error(&*error)),
                };
                let info = message.info().map_err(|error| self.error(&*error))?;
                pending = info.pending;
                changes.push(Change {
                    sequence: info.stream_sequence,
                    subject: message.subject.to_string(),
                    value: (!is_removal(message.headers.as_ref())).then(|| message.payload.clone()),
                });
            }
            if changes.len() == before {
                // Some may have been replaced since they were counted.
                let info = consumer.info().await.map_err(|error| self.error(&error))?;
                pending = info.num_pending;
            }
        }
        Ok(changes)
    }

    /// The message of a row; if it has no value, that it was removed may be forgotten, or not.
    pub(super) fn row(&self, subjects: &Subjects, (key, value): &Row, forgets: bool) -> Unstored {
        let mut headers = HeaderMap::new();
        if value.is_none() {
            headers.insert(OPERATION, REMOVED);
            if let Some(remembered) = self.remembered.filter(|_| forgets) {
                headers.insert(wire::KEPT_FOR, remembered.as_secs().to_string());
            }
        }
        let (table, key) = table_and_key(key);
        let (subject, payload) = (subjects.to_row(table, key), value.clone().unwrap_or_default());
        Unstored { subject, headers, payload }
    }

    /// The messages of many rows, which lead to a position.
    pub(super) fn many(
        &self,
        subjects: &Subjects,
        rows: &[&RowChange],
        position: u64,
    ) -> Vec<Unstored> {
        let packed = packed::pack(rows, self.max_payload() / 2).into_iter().enumerate();
        let message = |(part, payload)| {
            let subject = subjects.to_many(position, part);
            Unstored { subject, headers: HeaderMap::new(), payload }
        };
        packed.map(message).collect()
    }

    /// Writes messages as one that ends with this, if the value before it is at `expected`.
    pub(super) async fn write(
        &self,
        mut messages: Vec<Unstored>,
        subject: String,
        value: Bytes,
        expected: u64,
    ) -> Written {
        messages.push(expecting(subject, value, expected));
        self.store(messages).await
    }

    /// Writes one value, if the one before it is at `expected`.
    pub(super) async fn put(&self, subject: String, value: Bytes, expected: u64) -> Written {
        self.store(vec![expecting(subject, value, expected)]).await
    }

    async fn store(&self, messages: Vec<Unstored>) -> Written {
        match self.server.store_as_one(&subjects::stream_of(&self.name), messages).await {
            Answer::Stored { sequence, .. } => Written::At(sequence),
            Answer::WrongLast(_) => Written::Overtaken,
            Answer::Refused { said, .. } => Written::Refused(said),
            Answer::Nobody => Written::Refused("nobody takes it: is the bucket there?".to_owned()),
            Answer::NotNow(said) | Answer::Silence(said) => Written::Unknown(said),
        }
    }

    /// Removes all values of these subjects.
    pub(super) async fn purge(&self, subjects: &str) -> Result<(), StoreError> {
        let purged = self.stream.purge().filter(subjects).await;
        purged.map(drop).map_err(|error| self.error(&error))
    }

    fn error(&self, error: &dyn std::fmt::Display) -> StoreError {
        errors::rows(&self.name, &error.to_string())
    }
}

/// A value that is written if the one before it is at `expected`.
fn expecting(subject: String, payload: Bytes, expected: u64) -> Unstored {
    let mut headers = HeaderMap::new();
    headers.insert(wire::EXPECTED_SEQUENCE, expected.to_string());
    Unstored { subject, headers, payload }
}

fn is_removal(headers: Option<&HeaderMap>) -> bool {
    let operation = headers.and_then(|headers| headers.get(OPERATION));
    operation.is_some_and(|operation| operation.as_str() == REMOVED)
}
