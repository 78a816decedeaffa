//! A store in memory, as the processes of one life see it: what is planned goes wrong.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};

use super::Fault;
use super::world::{World, over};
use crate::actor::policy_of;
use crate::car::Section;
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::envelope::Envelope;
use crate::rows::{RowBatch, RowStore, RowView};
use crate::store::{
    Committed, Damage, Head, Lookup, MemoryStore, Store, StoreError, StoreErrorKind, StoreFuture,
    StoredEvent,
};
use crate::subject::StreamName;

/// How many events are read at a time.
const PAGE: usize = 1024;

/// The store.
#[derive(Debug)]
pub(in crate::testing) struct Disturbed {
    inner: MemoryStore,
    world: Arc<World>,
    life: u32,
}

impl Disturbed {
    /// The store for the processes of this life.
    pub(in crate::testing) fn new(inner: MemoryStore, world: Arc<World>, life: u32) -> Self {
        Self { inner, world, life }
    }
}

/// Whether a policy has sent the command: whoever else has is no process that ends.
fn is_of_a_policy(commit: &Commit) -> bool {
    let Ok(first) = Section::read(commit.sections(), 0) else { return false };
    Envelope::decode(first.block).is_ok_and(|event| policy_of(event.actor).is_some())
}

/// The events after a position.
fn follow(
    store: MemoryStore,
    world: Arc<World>,
    after: u64,
) -> impl futures::Stream<Item = Result<StoredEvent, StoreError>> + Send {
    let pages = stream::unfold((store, world, after), |(store, world, after)| async move {
        loop {
            let mut stored = std::pin::pin!(world.stored.notified());
            stored.as_mut().enable();
            match store.read_all(after, PAGE).await {
                Ok(page) if page.is_empty() => stored.await,
                Ok(page) => {
                    let next = page.last().map_or(after, |event| event.position);
                    let page: Vec<_> = page.into_iter().map(Ok).collect();
                    let world = Arc::clone(&world);
                    break Some((stream::iter(page), (store, world, next)));
                }
                Err(error) => {
                    let world = Arc::clone(&world);
                    break Some((stream::iter(vec![Err(error)]), (store, world, after)));
                }
            }
        }
    });
    pages.flatten()
}

impl Store for Disturbed {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Committed> {
        Box::pin(async move {
            let of_policy = is_of_a_policy(&commit);
            if of_policy {
                self.world.check(self.life)?;
            }
            let number = self.world.next_commit();
            let mut answer = self.inner.commit(commit.clone()).await;
            self.world.stored.notify_waiters();
            if self.world.has(Fault::LostAnswer { commit: number }) {
                answer = self.inner.commit(commit).await;
            }
            if self.world.has(Fault::EndBehindCommit { commit: number }) {
                self.world.end(self.life);
                if of_policy {
                    return Err(over());
                }
            }
            answer
        })
    }

    fn subscribe(&self, after: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        let (world, life, consumer) =
            (Arc::clone(&self.world), self.life, self.world.next_consumer());
        let events =
            stream::iter(0..).zip(follow(self.inner.clone(), Arc::clone(&self.world), after));
        events
            .then(move |(number, event)| {
                let world = Arc::clone(&world);
                async move {
                    for _ in 0..world.turns(consumer, number) {
                        tokio::task::yield_now().await;
                    }
                    if world.check(life).is_err() {
                        std::future::pending::<()>().await;
                    }
                    let twice = world.has(Fault::DeliveredTwice { consumer, event: number });
                    let again = event.as_ref().ok().filter(|_| twice).cloned().map(Ok);
                    stream::iter([Some(event), again].into_iter().flatten())
                }
            })
            .flatten()
            .boxed()
    }

    fn rows(&self) -> StoreFuture<'_, Arc<dyn RowStore>> {
        Box::pin(async {
            let (inner, world) = (self.inner.rows().await?, Arc::clone(&self.world));
            Ok(Arc::new(DisturbedRows { inner, world, life: self.life }) as _)
        })
    }

    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.inner.read_stream(stream, after)
    }

    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.inner.read_all(after, limit)
    }

    fn find(&self, cid: &EventCid) -> StoreFuture<'_, Option<StoredEvent>> {
        self.inner.find(cid)
    }

    fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.inner.lookup(lookup, after, limit)
    }

    fn head(&self) -> StoreFuture<'_, Option<Head>> {
        self.inner.head()
    }

    fn damage(&self) -> StoreFuture<'_, Vec<Damage>> {
        self.inner.damage()
    }

    fn snapshot(&self, stream: &StreamName) -> StoreFuture<'_, Option<Bytes>> {
        self.inner.snapshot(stream)
    }

    fn keep_snapshot(&self, stream: &StreamName, snapshot: Bytes) -> StoreFuture<'_, ()> {
        self.inner.keep_snapshot(stream, snapshot)
    }
}

/// Its rows.
#[derive(Debug)]
struct DisturbedRows {
    inner: Arc<dyn RowStore>,
    world: Arc<World>,
    life: u32,
}

impl RowStore for DisturbedRows {
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        self.world.check(self.life)?;
        self.inner.view(space)
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        self.world.check(self.life)?;
        let transaction = self.world.next_transaction();
        let broken = || StoreError::new(StoreErrorKind::Io, "the plan of faults says no");
        if self.world.has(Fault::RowsRefused { transaction }) {
            return Err(broken());
        }
        if self.world.has(Fault::EndBeforeRows { transaction }) {
            self.world.end(self.life);
            return Err(over());
        }
        self.inner.commit(space, batch)?;
        if self.world.has(Fault::RowsUnanswered { transaction }) {
            return Err(broken());
        }
        if self.world.has(Fault::EndBehindRows { transaction }) {
            self.world.end(self.life);
            return Err(over());
        }
        Ok(())
    }

    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        self.world.check(self.life)?;
        self.inner.claim(space)
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        self.world.check(self.life)?;
        self.inner.clear(space)
    }

    fn spaces(&self) -> Result<Vec<String>, StoreError> {
        self.inner.spaces()
    }

    // A plan that is cut down must go wrong each time.
    fn waits(&self) -> bool {
        false
    }
}
