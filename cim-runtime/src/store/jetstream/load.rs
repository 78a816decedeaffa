//! Reads a stream: its last message, then what that leads to.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::Instant;

use super::message::Message;
use super::pause::Pauses;
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
        let Some(last) = self.last(stream).await? else { return Ok(Vec::new()) };
        let version = last.head()?.version;
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

    /// The last message of a stream, not older than the one that this process knows.
    pub(super) async fn last(&self, stream: &StreamName) -> Result<Option<Message>, StoreError> {
        let mut pauses = Pauses::until(Instant::now() + self.server.deadline);
        loop {
            // Before the question, for a commit may be stored meanwhile.
            let known = self.heads.get(stream).map_or(0, |head| head.sequence);
            let last = self.server.last(stream).await?;
            let last = last.map(|last| self.ours(last)?.of(stream)).transpose()?;
            let found = last.as_ref().map_or(0, |last| last.sequence);
            if found >= known {
                if let Some(last) = &last
                    && found > known
                {
                    self.heads.raise(stream, last.head()?);
                }
                return Ok(last);
            }
            // A former leader may still answer with what it last knew; a single server may not.
            if !self.server.replicated || !pauses.pause().await {
                self.watch.look(&self.server).await?;
                let found = format!("the last message of {stream} is {found}, and was {known}");
                return Err(self.watch.raise(Alarm::AckedEventLost, &self.server, &found));
            }
        }
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
