//! What was answered for, and whether it is all there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{
    Committed, JetStreamStore, Store as _, StoreError, StoreErrorKind, StoredEvent,
};
use cim_runtime::{Commit, EventCid, StreamName};
use tokio::sync::watch;

/// The commits that were answered for, by all writers of a test.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    acked: Arc<Mutex<Vec<(EventCid, u64)>>>,
    count: watch::Sender<usize>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { acked: Arc::default(), count: watch::Sender::new(0) }
    }

    pub(crate) fn acked(&self, commit: Commit, position: u64) {
        self.acked_elsewhere(commit.head(), position);
    }

    /// A commit that another process had an answer for; only its last event is known here.
    pub(crate) fn acked_elsewhere(&self, head: EventCid, position: u64) {
        self.acked.lock().unwrap().push((head, position));
        self.count.send_modify(|count| *count += 1);
    }

    pub(crate) fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until so many more commits are answered for.
    pub(crate) async fn more(&self, commits: usize) {
        let enough = self.count() + commits;
        self.count.subscribe().wait_for(|count| *count >= enough).await.unwrap();
    }

    /// Everything that was answered for is stored once and at its position, every chain is whole,
    /// and whatever else is stored is part of a chain.
    pub(crate) async fn check(&self, store: &JetStreamStore) {
        assert_eq!(store.damage().await.unwrap(), []);
        let all = store.read_all(0, usize::MAX).await.unwrap();
        let chains = chains(&all);
        let places: BTreeMap<EventCid, u64> =
            all.iter().map(|event| (event.cid, event.position)).collect();
        assert_eq!(places.len(), all.len(), "an event was stored twice");
        for (head, position) in self.acked.lock().unwrap().iter() {
            assert_eq!(places.get(head), Some(position), "an answered commit is lost");
        }
        for (id, chain) in chains {
            let loaded = store.read_stream(SampleStream::new(&id).name(), 0).await.unwrap();
            assert_eq!(loaded, chain, "{id} loads as it was stored");
        }
    }
}

/// The events of each stream, after a check of each block, version and link.
pub(crate) fn chains(all: &[StoredEvent]) -> BTreeMap<String, Vec<StoredEvent>> {
    let mut chains: BTreeMap<String, Vec<StoredEvent>> = BTreeMap::new();
    assert!(all.windows(2).all(|pair| pair[0].position < pair[1].position));
    for event in all {
        event.verify().unwrap();
        let envelope = event.envelope().unwrap();
        let chain = chains.entry(envelope.id.to_owned()).or_default();
        assert_eq!(envelope.version, chain.len() as u64 + 1);
        assert_eq!(envelope.prev, chain.last().map(|event| event.cid));
        chain.push(event.clone());
    }
    chains
}

/// Writes to a stream of its own until told to stop; every commit must be answered for.
pub(crate) async fn write(
    store: JetStreamStore,
    id: String,
    ledger: Ledger,
    stop: watch::Receiver<bool>,
) {
    let mut stream = SampleStream::new(&id);
    while !*stop.borrow() {
        let commit = stream.commit(1 + stream.version() as usize % 2);
        let committed = settled(&store, &commit).await.unwrap();
        ledger.acked(commit, committed.position);
    }
}

/// How often a call that came to nothing is made again: each waits for its deadline.
const TRIES: usize = 8;

/// Commits as an application does: what came to no answer, or to none that can be known, is sent
/// again, unchanged.
async fn settled(store: &JetStreamStore, commit: &Commit) -> Result<Committed, StoreError> {
    let mut answer = store.commit(commit.clone()).await;
    for _ in 0..TRIES {
        match &answer {
            Err(error) if error.is_retryable() || error.kind() == StoreErrorKind::Unknown => {
                answer = store.commit(commit.clone()).await;
            }
            _ => break,
        }
    }
    answer
}

async fn read(store: &JetStreamStore, stream: &StreamName) -> Vec<StoredEvent> {
    let mut events = store.read_stream(stream, 0).await;
    for _ in 0..TRIES {
        match &events {
            Err(error) if error.is_retryable() => events = store.read_stream(stream, 0).await,
            _ => break,
        }
    }
    events.unwrap()
}

/// Writes to a stream that others write to, until told to stop.
pub(crate) async fn contend(
    store: JetStreamStore,
    id: String,
    ledger: Ledger,
    stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        let stored = read(&store, SampleStream::new(&id).name()).await;
        let (version, head) = (stored.len() as u64, stored.last().map(|event| event.cid));
        let commit = SampleStream::at(&id, version, head).commit(1);
        match settled(&store, &commit).await {
            Ok(committed) => ledger.acked(commit, committed.position),
            Err(error) => assert!(error.is_conflict(), "{error}"),
        }
    }
}
