//! A store that answers as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cim_runtime::rows::RowStore;
use cim_runtime::store::{
    Committed, Damage, Head, Lookup, MemoryStore, Store, StoreError, StoreFuture, StoredEvent,
};
use cim_runtime::{Commit, EventCid, StreamName};
use futures::stream::BoxStream;

/// A store that can be exchanged under those who use it, as when it is restored from a copy, and
/// whose streams can be made up.
#[derive(Debug, Clone)]
pub(crate) struct StoreDouble(Arc<Mutex<Content>>);

#[derive(Debug)]
struct Content {
    store: Arc<dyn Store>,
    made_up: Option<Vec<StoredEvent>>,
    rows: Option<Arc<dyn RowStore>>,
    /// Of the next commits: whether each is stored, of which its sender is told nothing.
    unanswered: VecDeque<bool>,
}

impl Content {
    fn of(store: Arc<dyn Store>) -> Self {
        Self { store, made_up: None, rows: None, unanswered: VecDeque::new() }
    }
}

impl StoreDouble {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Content::of(Arc::new(MemoryStore::new())))))
    }

    /// From now on, everything is in that store.
    pub(crate) fn exchange(&self, store: Arc<dyn Store>) {
        *self.0.lock().unwrap() = Content::of(store);
    }

    /// From now on, every stream reads as these events.
    pub(crate) fn make_up(&self, events: Vec<StoredEvent>) {
        self.0.lock().unwrap().made_up = Some(events);
    }

    /// From now on, these are the rows, whatever the store.
    pub(crate) fn keep_rows(&self, rows: Arc<dyn RowStore>) {
        self.0.lock().unwrap().rows = Some(rows);
    }

    /// The next commits are not answered for, whether each is stored or not.
    pub(crate) fn leave_unanswered(&self, stored: impl IntoIterator<Item = bool>) {
        self.0.lock().unwrap().unanswered.extend(stored);
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.0.lock().unwrap().store)
    }
}

impl Store for StoreDouble {
    fn rows(&self) -> StoreFuture<'_, Arc<dyn RowStore>> {
        let (store, rows) = (self.store(), self.0.lock().unwrap().rows.clone());
        Box::pin(async move {
            match rows {
                Some(rows) => Ok(rows),
                None => store.rows().await,
            }
        })
    }

    fn commit(&self, commit: Commit) -> StoreFuture<'_, Committed> {
        let store = self.store();
        let unanswered = self.0.lock().unwrap().unanswered.pop_front();
        Box::pin(async move {
            let Some(is_stored) = unanswered else { return store.commit(commit).await };
            if is_stored {
                store.commit(commit.clone()).await?;
            }
            Err(StoreError::unknown(commit, "nobody said"))
        })
    }

    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>> {
        let (store, stream) = (self.store(), stream.clone());
        let made_up = self.0.lock().unwrap().made_up.clone();
        Box::pin(async move {
            match made_up {
                Some(events) => Ok(events.into_iter().skip(after as usize).collect()),
                None => store.read_stream(&stream, after).await,
            }
        })
    }

    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>> {
        let store = self.store();
        Box::pin(async move { store.read_all(after, limit).await })
    }

    fn find(&self, cid: &EventCid) -> StoreFuture<'_, Option<StoredEvent>> {
        let (store, cid) = (self.store(), *cid);
        Box::pin(async move { store.find(&cid).await })
    }

    fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Vec<StoredEvent>> {
        let store = self.store();
        Box::pin(async move { store.lookup(lookup, after, limit).await })
    }

    fn subscribe(&self, after: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        self.store().subscribe(after)
    }

    fn head(&self) -> StoreFuture<'_, Option<Head>> {
        let store = self.store();
        Box::pin(async move { store.head().await })
    }

    fn damage(&self) -> StoreFuture<'_, Vec<Damage>> {
        let store = self.store();
        Box::pin(async move { store.damage().await })
    }

    fn snapshot(&self, stream: &StreamName) -> StoreFuture<'_, Option<Bytes>> {
        let (store, stream) = (self.store(), stream.clone());
        Box::pin(async move { store.snapshot(&stream).await })
    }

    fn keep_snapshot(&self, stream: &StreamName, snapshot: Bytes) -> StoreFuture<'_, ()> {
        let (store, stream) = (self.store(), stream.clone());
        Box::pin(async move { store.keep_snapshot(&stream, snapshot).await })
    }
}
