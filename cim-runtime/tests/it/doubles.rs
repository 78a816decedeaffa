//! A store that answers as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cim_runtime::rows::{Lead, RowBatch, RowStore, RowView};
use cim_runtime::store::{
    Committed, Damage, Head, Lookup, MemoryStore, Store, StoreError, StoreFuture, StoredEvent,
};
use cim_runtime::{Commit, EventCid, StreamName};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::sync::{oneshot, watch};

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
    /// Holds the next commit up.
    gate: Option<Gate>,
}

impl Content {
    fn of(store: Arc<dyn Store>) -> Self {
        Self { store, made_up: None, rows: None, unanswered: VecDeque::new(), gate: None }
    }
}

/// Where a commit waits: before it is stored, or before it is answered for.
#[derive(Debug)]
struct Gate {
    is_stored: bool,
    reached: oneshot::Sender<()>,
    opened: oneshot::Receiver<()>,
}

/// A commit that is held up, until this is told otherwise or dropped.
#[derive(Debug)]
pub(crate) struct HeldUp {
    reached: oneshot::Receiver<()>,
    open: oneshot::Sender<()>,
}

impl HeldUp {
    /// Waits until the commit is there.
    pub(crate) async fn reached(&mut self) {
        (&mut self.reached).await.unwrap();
    }

    /// Lets it go on.
    pub(crate) fn go_on(self) {
        self.open.send(()).unwrap();
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

    /// The next commit is held up: once it is stored, or else before that.
    pub(crate) fn hold_up(&self, is_stored: bool) -> HeldUp {
        let (reached, is_reached) = oneshot::channel();
        let (open, opened) = oneshot::channel();
        self.0.lock().unwrap().gate = Some(Gate { is_stored, reached, opened });
        HeldUp { reached: is_reached, open }
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
        let gate = self.0.lock().unwrap().gate.take();
        Box::pin(async move {
            if let Some(Gate { is_stored, reached, opened }) = gate {
                let answer =
                    if is_stored { Some(store.commit(commit.clone()).await) } else { None };
                reached.send(()).unwrap();
                // Whoever holds it may be gone.
                let _ = opened.await;
                return match answer {
                    Some(answer) => answer,
                    None => store.commit(commit).await,
                };
            }
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

    fn positions_count(&self) -> bool {
        self.store().positions_count()
    }

    fn keeps_order(&self) -> bool {
        self.store().keeps_order()
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

/// A store whose rows grant everybody the lead.
pub(crate) async fn all_lead(store: Arc<dyn Store>) -> StoreDouble {
    let (double, rows) = (StoreDouble::new(), store.rows().await.unwrap());
    double.exchange(store);
    double.keep_rows(Arc::new(AllLead(rows)));
    double
}

#[derive(Debug)]
struct AllLead(Arc<dyn RowStore>);

impl RowStore for AllLead {
    fn lead(&self, _: &str) -> BoxFuture<'static, Result<Lead, StoreError>> {
        Box::pin(std::future::ready(Ok(Lead::alone())))
    }

    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        self.0.view(space)
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        self.0.commit(space, batch)
    }

    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        self.0.claim(space)
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        self.0.clear(space)
    }

    fn most_rows(&self) -> usize {
        self.0.most_rows()
    }

    fn most_rows_in_bulk(&self) -> usize {
        self.0.most_rows_in_bulk()
    }

    fn waits(&self) -> bool {
        self.0.waits()
    }

    fn spaces(&self) -> Result<Vec<String>, StoreError> {
        self.0.spaces()
    }

    fn overtaken(&self, space: &str) -> BoxFuture<'static, ()> {
        self.0.overtaken(space)
    }

    fn written_elsewhere(&self) -> Option<watch::Receiver<u64>> {
        self.0.written_elsewhere()
    }
}
