//! Finds events by CID, correlation, type and time.
//!
//! The index is in memory and holds nothing that the stream does not hold. Before each answer it
//! reads on to what the leader says is the end of the stream: so whoever asks finds what was stored
//! before, by this process or by another. The first question reads the whole stream.
//!
//! It takes about 120 bytes an event, and is built anew in each process that asks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use uuid::Uuid;

use super::message::Message;
use super::scan::Found;
use super::{Inner, errors, wire};
use crate::cid::EventCid;
use crate::store::{Lookup, StoreError, StoredEvent};

/// How many messages are read at a time.
const PAGE: usize = 4096;

/// How many messages are asked for at once.
const AT_ONCE: usize = 64;

/// Where events are, by what is asked for.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The sequence behind the last that was read.
    next: u64,
    cids: FxHashMap<EventCid, u64>,
    correlations: FxHashMap<Uuid, Vec<u64>>,
    types: HashMap<Arc<str>, Vec<u64>>,
    times: BTreeMap<Timestamp, Vec<u64>>,
}

impl Index {
    /// Takes a commit in.
    fn add(&mut self, commit: &Message) -> Result<(), StoreError> {
        for event in commit.events()? {
            let envelope = event.envelope().map_err(|error| commit.damaged(&error.to_string()))?;
            let position = event.position;
            self.cids.insert(event.cid, position);
            self.correlations.entry(envelope.correlation).or_default().push(position);
            self.times.entry(envelope.at).or_default().push(position);
            match self.types.get_mut(envelope.event_type) {
                Some(positions) => positions.push(position),
                None => {
                    self.types.insert(envelope.event_type.into(), vec![position]);
                }
            }
        }
        Ok(())
    }

    /// The positions that match, in order.
    fn positions(&self, lookup: &Lookup, after: u64, limit: usize) -> Vec<u64> {
        let from = |positions: Option<&Vec<u64>>| {
            let positions = positions.map_or(&[][..], Vec::as_slice);
            let start = positions.partition_point(|position| *position <= after);
            positions[start..].iter().take(limit).copied().collect()
        };
        match lookup {
            Lookup::Correlation(id) => from(self.correlations.get(id)),
            Lookup::EventType(name) => from(self.types.get(name.as_str())),
            Lookup::Time(span) if span.start >= span.end => Vec::new(),
            Lookup::Time(span) => {
                let within = self.times.range(span.clone()).flat_map(|(_, positions)| positions);
                let mut positions: Vec<_> = within.copied().filter(|at| *at > after).collect();
                // Times need not rise with positions.
                positions.sort_unstable();
                positions.truncate(limit);
                positions
            }
        }
    }
}

impl Inner {
    /// The event with a CID.
    pub(super) async fn find(&self, cid: &EventCid) -> Result<Option<StoredEvent>, StoreError> {
        let position = self.indexed(|index| index.cids.get(cid).copied()).await?;
        Ok(self.events_at(position.into_iter().collect()).await?.pop())
    }

    /// The events that match.
    pub(super) async fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let positions = self.indexed(|index| index.positions(&lookup, after, limit)).await?;
        self.events_at(positions).await
    }

    /// Asks the index, once it has seen everything that is stored now.
    async fn indexed<T>(&self, question: impl FnOnce(&Index) -> T) -> Result<T, StoreError> {
        let mut index = self.index.lock().await;
        if let Some((first, last)) = self.bounds().await? {
            let mut next = index.next.max(first);
            while next <= last {
                let count = PAGE.min((last + 1 - next) as usize);
                let Some((page, end)) = self.page(next, count).await? else { break };
                for found in page {
                    if let Found::Commit(commit) = found {
                        index.add(&commit)?;
                    }
                }
                (index.next, next) = (end, end);
            }
        }
        Ok(question(&index))
    }

    /// The events at these positions, in their order.
    async fn events_at(&self, positions: Vec<u64>) -> Result<Vec<StoredEvent>, StoreError> {
        // Events of one commit share a message.
        let mut messages: Vec<(u64, Vec<u64>)> = Vec::new();
        for position in positions {
            // The position before the event is where reading it begins.
            let (sequence, before) = wire::place(position - 1);
            match messages.last_mut() {
                Some((last, parts)) if *last == sequence => parts.push(before),
                _ => messages.push((sequence, vec![before])),
            }
        }
        let events = stream::iter(messages)
            .map(|(sequence, parts)| self.parts_of(sequence, parts))
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(events.into_iter().flatten().collect())
    }

    async fn parts_of(
        &self,
        sequence: u64,
        parts: Vec<u64>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let Some(message) = self.server.get(sequence).await? else {
            return Err(errors::deleted(sequence, self.server.name()));
        };
        let events = self.ours(message)?.events()?;
        Ok(parts.into_iter().filter_map(|part| events.get(part as usize).cloned()).collect())
    }
}
