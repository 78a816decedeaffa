//! The store over NATS JetStream.
//!
//! One commit is one message, on one literal subject per aggregate instance, sent with the sequence
//! of the subject's last message as its expectation. What follows from that stands in:
//!
//! - `slot`: what becomes of a commit whose answer was lost;
//! - `base`, `heads`, `turns`: from versions to sequences;
//! - `batch`, `as_one`, `burst`: many commits at once;
//! - `back`, `load`: how a stream is read in a few round trips;
//! - `scan`, `index`, `subscribe`: reading all streams;
//! - `contract`, `subjects`, `sync`, `connect`: what server and stream must be like;
//! - `permissions`, `refusals`: who may do what, and what becomes of a request that one may not;
//! - `rows`: what projections and policies keep, for all processes;
//! - `watch`: what was answered for stays there;
//! - `wire`, `message`: what stands in a message.

mod address;
mod as_one;
mod back;
mod base;
mod batch;
mod burst;
mod connect;
mod contract;
mod errors;
mod heads;
mod index;
mod interface;
mod link;
mod load;
mod message;
mod objects;
mod options;
mod pause;
mod permissions;
mod refusals;
mod rows;
mod scan;
mod server;
mod slot;
mod snapshots;
mod subjects;
mod subscribe;
mod sync;
mod turns;
mod watch;
mod wire;

use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt as _;
use futures::stream::BoxStream;
use tokio::sync::OnceCell;

use self::address::Address;
use self::batch::Batches;
use self::heads::Heads;
use self::index::Lookups;
use self::rows::BucketRows;
use self::scan::Extent;
use self::server::Server;
use self::snapshots::Snapshots;
use self::turns::Turns;
use self::watch::Watch;
use super::{
    Committed, Damage, DiskSync, Durability, Head, Lookup, StartUp, Store, StoreError, StoreFuture,
    StoredEvent,
};
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::rows::RowStore;
use crate::subject::StreamName;

pub use options::JetStreamOptions;
pub use permissions::{Permissions, Role, StoreSubjects};

/// What the index on disk is, so that another one is not taken for it.
const INDEX: &str = "cim index 1";

/// A store in a stream of NATS JetStream, for many processes on many machines.
///
/// Clones share one connection. All of it runs on tokio.
///
/// A commit is answered once the server has it; how much a server then may lose is what
/// [`Durability`] declares and the store checks when it is opened. A commit whose answer is lost is
/// sent again until it is known what became of it, or the deadline comes: then the error is
/// [`StoreErrorKind::Unknown`](super::StoreErrorKind::Unknown) and carries the commit, to be sent
/// again.
///
/// Positions are those of commits, with room for the events of each, so they leave numbers out. What
/// stands in the stream's subjects and is no commit is passed over, and reported by
/// [`Store::damage`].
///
/// Lookups are answered from an index that follows the stream. Unless it has a folder
/// ([`JetStreamOptions::index`]), it is in memory, and begins with the first question.
/// Snapshots are in a bucket named after the stream, `SHOP_snapshots`; those that do not fit into one
/// message are objects in the bucket `SHOP_large_snapshots`. Both may be deleted.
///
/// ```no_run
/// use cim_runtime::store::JetStreamStore;
///
/// # async fn open() -> Result<(), cim_runtime::store::StoreError> {
/// let store = JetStreamStore::connect("nats://localhost:4222/SHOP").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct JetStreamStore(Arc<Inner>, Arc<Lookups>);

#[derive(Debug)]
struct Inner {
    server: Arc<Server>,
    /// Only where batches are faster.
    batches: Option<Arc<Batches>>,
    /// Whether messages say which trace they are of.
    traces: bool,
    start_up: StartUp,
    durability: Durability,
    watch: Watch,
    heads: Heads,
    turns: Turns,
    extent: Extent,
    snapshots: Snapshots,
    rows: OnceCell<Arc<BucketRows>>,
    replicas: usize,
}

impl JetStreamStore {
    /// Connects to the store at `url`, as [`JetStreamOptions::connect`] does with no options set.
    ///
    /// # Errors
    ///
    /// Those of [`JetStreamOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::options().connect(url).await
    }

    /// How a store is set up.
    pub fn options() -> JetStreamOptions {
        JetStreamOptions::default()
    }

    /// What was found when the store was opened.
    pub fn start_up(&self) -> &StartUp {
        &self.0.start_up
    }

    /// How many messages are in the stream that the index has not seen. Whoever asks it waits until
    /// there are none of those that were stored before; each takes some microseconds.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or the stream is not the one that it was.
    pub async fn index_lag(&self) -> Result<u64, StoreError> {
        self.1.lag().await
    }

    /// Throws the index away, and builds it anew from the stream.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or the stream is not the one that it was.
    pub async fn rebuild_index(&self) -> Result<(), StoreError> {
        self.1.rebuild().await
    }

    async fn open(address: &Address, options: JetStreamOptions) -> Result<Self, StoreError> {
        let (server, info, start_up) = connect::connect(address, &options).await?;
        let server = Arc::new(server);
        let syncs = matches!(start_up.sync, DiskSync::Always | DiskSync::Asserted);
        let config = &info.config;
        // Replicas take ids, and a burst counts what they take for a duplicate among what it stored.
        let batches = match (options.batches, syncs, server.replicated) {
            (true, true, _) if config.allow_atomic_publish => {
                Some(Batches::as_one(Arc::clone(&server)))
            }
            (true, false, false) if config.allow_batch_publish => {
                Some(Batches::of_bursts(Arc::clone(&server)))
            }
            _ => None,
        };
        let inner = Arc::new(Inner {
            watch: Watch::new(&info, server.connection()),
            batches,
            traces: options.traces,
            durability: options.durability,
            start_up,
            heads: Heads::new(options.heads),
            turns: Turns::default(),
            extent: Extent::default(),
            snapshots: Snapshots::of(server.name()),
            rows: OnceCell::new(),
            replicas: info.config.num_replicas,
            server,
        });
        if inner.start_up.created {
            inner.create_buckets().await;
        }
        let (name, created) = (inner.server.name(), inner.watch.created());
        let identity = format!("{INDEX}\nstream {name}\ncreated {created}\n");
        let lookups = Lookups::open(Arc::clone(&inner), identity, options.index.as_deref()).await?;
        Ok(Self(inner, Arc::new(lookups)))
    }
}

impl Store for JetStreamStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Committed> {
        self.0.commit(commit).boxed()
    }

    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>> {
        let stream = stream.clone();
        async move { self.0.read_stream(&stream, after).await }.boxed()
    }

    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.0.read_all(after, limit).boxed()
    }

    fn find(&self, cid: &EventCid) -> StoreFuture<'_, Option<StoredEvent>> {
        self.1.find(*cid).boxed()
    }

    fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.1.lookup(lookup, after, limit).boxed()
    }

    fn subscribe(&self, after: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        self.0.subscribe(after)
    }

    fn positions_count(&self) -> bool {
        false
    }

    fn keeps_order(&self) -> bool {
        false
    }

    fn start_up(&self) -> Option<&StartUp> {
        Some(&self.0.start_up)
    }

    fn head(&self) -> StoreFuture<'_, Option<Head>> {
        self.0.head().boxed()
    }

    fn damage(&self) -> StoreFuture<'_, Vec<Damage>> {
        self.0.damage().boxed()
    }

    fn snapshot(&self, stream: &StreamName) -> StoreFuture<'_, Option<Bytes>> {
        let stream = stream.clone();
        let snapshot = async move { self.0.snapshot(&stream).await };
        self.0.with_snapshots(snapshot).boxed()
    }

    fn keep_snapshot(&self, stream: &StreamName, snapshot: Bytes) -> StoreFuture<'_, ()> {
        let stream = stream.clone();
        let kept = async move { self.0.snapshots.put(&self.0.server, &stream, snapshot).await };
        self.0.with_snapshots(kept).boxed()
    }

    fn rows(&self) -> StoreFuture<'_, Arc<dyn RowStore>> {
        let open = || async {
            let rows = BucketRows::open(Arc::clone(&self.0.server), self.0.replicas).await;
            rows.map(Arc::new)
        };
        async move { Ok(Arc::clone(self.0.rows.get_or_try_init(open).await?) as _) }.boxed()
    }

    fn has_rows(&self) -> StoreFuture<'_, bool> {
        BucketRows::exist(&self.0.server).boxed()
    }
}

impl Inner {
    /// Makes the buckets of snapshots together with the stream: those who write later may not be
    /// permitted to.
    async fn create_buckets(&self) {
        if let Err(error) = self.with_snapshots(self.snapshots.make(&self.server)).await {
            tracing::warn!(%error, "there is no bucket for snapshots");
        }
    }

    /// Does something with the snapshots, if that is permitted.
    async fn with_snapshots<T>(
        &self,
        done: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let (small, large) = (self.server.name(), self.server.name());
        let (small, large) = (subjects::snapshots(small), subjects::large_snapshots(large));
        let account = self.server.interface().api.account();
        let is_ours =
            |denied: &str| denied.contains(&small) || denied.contains(&large) || denied == account;
        self.server.permitted("a snapshot", is_ours, done).await
    }
}
