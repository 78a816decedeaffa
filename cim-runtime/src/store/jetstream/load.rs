//! Reads a stream: its last message, then what that leads to.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use super::heads::Known;
use super::message::Message;
use super::pause::Pauses;
use super::server::Query;
use super::{Inner, errors};
use crate::store::{Alarm, StoreError, StoredEvent};
use crate::subject::StreamName;

/// How many messages of one load are asked for at once.
const AT_ONCE: usize = 256;

impl Inner {
    /// The events of a stream after a version.
    pub(super) async fn read_stream(
        &self,
        stream: &StreamName,
        after: u64,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let (known, last) = self.last(stream).await?;
        let Some(last) = last else { return Ok(Vec::new()) };
        let version = known.version();
        if version <= after {
            return Ok(Vec::new());
        }
        let mut events = Vec::new();
        for commit in self.commits(stream, last, version, after).await? {
            let before = after.saturating_sub(commit.expected()?);
            events.extend(commit.events()?.into_iter().skip(before as usize));
        }
        Ok(events)
    }

    /// What a stream's last message is, and its last commit; not older than what this process knows.
    pub(super) async fn last(
        &self,
        stream: &StreamName,
    ) -> Result<(Known, Option<Message>), StoreError> {
        let mut pauses = Pauses::until(Instant::now() + self.server.deadline);
        loop {
            // Before the question, for a commit may be stored meanwhile.
            let known = self.heads.get(stream).unwrap_or_default();
            let Some(last) = self.server.last(stream).await? else {
                if known.last == 0 {
                    return Ok((known, None));
                }
                self.went_back(stream, 0, known.last, &mut pauses).await?;
                continue;
            };
            let found = last.sequence;
            if found < known.last {
                self.went_back(stream, found, known.last, &mut pauses).await?;
                continue;
            }
            let commit = match Message::read(last) {
                Ok(commit) => Some(commit),
                Err(_) => self.last_commit(stream, found).await?,
            };
            let head = commit.as_ref().map(Message::head).transpose()?;
            let seen = Known { last: found, head };
            self.heads.raise(stream, seen.clone());
            return Ok((seen, commit));
        }
    }

    /// The last commit before a message that is none. This asks for one message after the other, and
    /// is only needed where something else was sent to the subject.
    async fn last_commit(
        &self,
        stream: &StreamName,
        end: u64,
    ) -> Result<Option<Message>, StoreError> {
        let known = self.heads.get(stream).and_then(|known| known.head);
        let mut next = known.map_or(1, |head| head.sequence);
        let mut last = None;
        while next < end {
            let Some(message) = self.server.at_leader(Query::Next(next, stream)).await? else {
                break;
            };
            next = message.sequence + 1;
            last = Message::read(message).ok().or(last);
        }
        Ok(last)
    }

    /// The stream's last message is before one that was there. A former leader may still answer with
    /// what it last knew, so it is asked again; a single server may not.
    async fn went_back(
        &self,
        stream: &StreamName,
        found: u64,
        known: u64,
        pauses: &mut Pauses,
    ) -> Result<(), StoreError> {
        if self.server.replicated && pauses.pause().await {
            return Ok(());
        }
        self.watch.look(&self.server).await?;
        let found = format!("the last message of {stream} is at {found}, and was at {known}");
        Err(self.watch.raise(Alarm::AckedEventLost, &self.server, &found))
    }

    /// The commits of a stream behind `after`, and perhaps a few before it, in order; `last` is the
    /// stream's last, and leads to `version`.
    pub(super) async fn commits(
        &self,
        stream: &StreamName,
        last: Message,
        version: u64,
        after: u64,
    ) -> Result<Vec<Message>, StoreError> {
        // Each commit has one event at least, so there are no more commits than events.
        let number = last.back.number;
        let first = (number + 1).saturating_sub(version - after).max(1);
        let mut places: BTreeMap<u64, u64> = last.back.entries().collect();
        let mut read = BTreeMap::from([(number, last)]);
        while (read.len() as u64) <= number - first {
            let open = places.range(first..).filter(|(number, _)| !read.contains_key(number));
            let open: Vec<_> = open.map(|(number, sequence)| (*number, *sequence)).collect();
            let fetched = stream::iter(open)
                .map(|(number, sequence)| self.commit_at(stream, number, sequence))
                .buffer_unordered(AT_ONCE)
                .try_collect::<Vec<_>>()
                .await?;
            if fetched.is_empty() {
                return Err(errors::lists(stream, self.server.name()));
            }
            for commit in fetched {
                places.extend(commit.back.entries());
                read.insert(commit.back.number, commit);
            }
        }
        Ok(read.into_values().collect())
    }

    async fn commit_at(
        &self,
        stream: &StreamName,
        number: u64,
        sequence: u64,
    ) -> Result<Message, StoreError> {
        let Some(message) = self.server.get(sequence).await? else {
            return Err(errors::hole(stream, sequence, self.server.name()));
        };
        let commit = self.ours(message)?.of(stream)?;
        if commit.back.number != number {
            return Err(errors::lists(stream, self.server.name()));
        }
        Ok(commit)
    }
}
