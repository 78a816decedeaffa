//! Events in memory: for tests and for programs that keep nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::stream::BoxStream;
use tokio::sync::watch;

use super::follow::follow;
use super::{Claim, Committed, Damage, Head, Lookup, Store, StoreError, StoreFuture, StoredEvent};
use crate::car::Section;
use crate::cid::EventCid;
use crate::commit::{Commit, CommitEvent};
use crate::rows::{MemoryRows, RowStore};
use crate::subject::StreamName;

/// A store that lives and dies with its process.
///
/// Clones share one content.
///
/// ```
/// use cim_runtime::store::conformance::SampleStream;
/// use cim_runtime::store::{MemoryStore, Store as _};
///
/// # futures::executor::block_on(async {
/// let store = MemoryStore::new();
/// let committed = store.commit(SampleStream::new("kettle").commit(2)).await?;
/// assert_eq!(committed.position, 2);
/// assert_eq!(store.clone().head().await?.map(|head| head.number), Some(2));
/// # Ok::<_, cim_runtime::store::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct MemoryStore {
    content: Arc<Mutex<Content>>,
    head: watch::Sender<u64>,
    rows: MemoryRows,
}

#[derive(Debug, Default)]
struct Content {
    /// Every event, in order of position.
    events: Vec<(StoredEvent, CommitEvent)>,
    /// The positions of each stream's events, in order of version.
    streams: HashMap<StreamName, Vec<u64>>,
    cids: HashMap<EventCid, u64>,
    snapshots: HashMap<StreamName, Bytes>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { content: Arc::default(), head: watch::Sender::new(0), rows: MemoryRows::default() }
    }

    // A panic while the lock was held left whole events behind: each commit is appended in one go.
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Content {
    fn commit(&mut self, commit: &Commit) -> Result<Committed, StoreError> {
        let positions = self.streams.get(commit.stream()).map_or(&[][..], Vec::as_slice);
        let version = positions.len() as u64;
        if version != commit.expected() {
            return self.duplicate(commit, positions);
        }
        let head = positions.last().map(|&position| self.event(position).cid);
        StoreError::check_link(commit, head)?;
        let positions = self.streams.entry(commit.stream().clone()).or_default();
        for event in commit.events() {
            let position = self.events.len() as u64 + 1;
            let bytes = commit.sections();
            let section = Section::read(&bytes[event.offset as usize..], u64::from(event.offset))
                .map_err(|error| StoreError::damaged(error.to_string()))?;
            let block = bytes.slice_ref(section.block);
            self.events.push((StoredEvent { position, cid: event.cid, block }, event.clone()));
            self.cids.insert(event.cid, position);
            positions.push(position);
        }
        Ok(Committed { position: self.events.len() as u64, duplicate: false })
    }

    /// The answer to a commit that does not expect the stream's version: it may be there already.
    fn duplicate(&self, commit: &Commit, positions: &[u64]) -> Result<Committed, StoreError> {
        let stored = positions.get(commit.version() as usize - 1);
        match stored {
            Some(&position) if self.event(position).cid == commit.head() => {
                Ok(Committed { position, duplicate: true })
            }
            _ => Err(StoreError::conflict(commit.expected(), positions.len() as u64)),
        }
    }

    fn event(&self, position: u64) -> &StoredEvent {
        &self.events[position as usize - 1].0
    }
}

impl Store for MemoryStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Committed> {
        let committed = self.content().commit(&commit);
        if let Ok(Committed { position, duplicate: false }) = committed {
            self.head.send_replace(position);
        }
        std::future::ready(committed).boxed()
    }

    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>> {
        let content = self.content();
        let positions = content.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let events = positions.iter().skip(after as usize).map(|&at| content.event(at).clone());
        std::future::ready(Ok(events.collect())).boxed()
    }

    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>> {
        let content = self.content();
        let events = content.events.iter().skip(after as usize).take(limit);
        let events = events.map(|(event, _)| event.clone()).collect();
        std::future::ready(Ok(events)).boxed()
    }

    fn find(&self, cid: &EventCid) -> StoreFuture<'_, Option<StoredEvent>> {
        let content = self.content();
        let event = content.cids.get(cid).map(|&position| content.event(position).clone());
        std::future::ready(Ok(event)).boxed()
    }

    fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Vec<StoredEvent>> {
        let content = self.content();
        let events = content.events.iter().skip(after as usize);
        let events = events.filter(|(_, entry)| lookup.matches(entry)).take(limit);
        let events = events.map(|(event, _)| event.clone()).collect();
        std::future::ready(Ok(events)).boxed()
    }

    fn subscribe(&self, after: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        follow(self.clone(), self.head.subscribe(), after)
    }

    fn head(&self) -> StoreFuture<'_, Option<Head>> {
        let content = self.content();
        let head = content.events.last();
        let head = head.map(|(event, _)| Head { number: event.position, cid: event.cid });
        std::future::ready(Ok(head)).boxed()
    }

    fn damage(&self) -> StoreFuture<'_, Vec<Damage>> {
        let content = self.content();
        let damage = content.events.iter().filter_map(|(event, _)| {
            let found = EventCid::of(&event.block);
            (found != event.cid).then(|| Damage {
                place: format!("position {}", event.position),
                problem: "the block does not match its CID".to_owned(),
                position: Some(event.position),
                expected: Some(event.cid),
                found: Some(found),
                claim: Claim::of(&event.block),
            })
        });
        std::future::ready(Ok(damage.collect())).boxed()
    }

    fn snapshot(&self, stream: &StreamName) -> StoreFuture<'_, Option<Bytes>> {
        let snapshot = self.content().snapshots.get(stream).cloned();
        std::future::ready(Ok(snapshot)).boxed()
    }

    fn keep_snapshot(&self, stream: &StreamName, snapshot: Bytes) -> StoreFuture<'_, ()> {
        self.content().snapshots.insert(stream.clone(), snapshot);
        std::future::ready(Ok(())).boxed()
    }

    fn rows(&self) -> StoreFuture<'_, Arc<dyn RowStore>> {
        std::future::ready(Ok(Arc::new(self.rows.clone()) as _)).boxed()
    }
}

impl Lookup {
    /// Whether an event is among those asked for.
    pub(crate) fn matches(&self, event: &CommitEvent) -> bool {
        match self {
            Lookup::Correlation(id) => event.correlation == *id,
            Lookup::EventType(name) => event.event_type == *name,
            Lookup::Time(span) => span.contains(&event.at),
        }
    }
}
