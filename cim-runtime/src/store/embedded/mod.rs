//! Events in a directory: an append-only log that is the truth, and an index beside it.

mod content;
mod damage;
mod head;
mod indexer;
mod mark;
mod options;
mod queue;
mod read;
mod recovery;
mod repair;
mod scan;
mod segment;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use futures::FutureExt as _;
use futures::stream::BoxStream;
use tokio::sync::{oneshot, watch};

use self::content::Content;
use self::queue::{Queue, Request};
use self::read::blocking;
use self::segment::Files;
use self::writer::Writer;
use super::follow::follow;
use super::index::{self, Index, Layout, Question};
use super::lock::Lock;
use super::trouble::{closed, io_error};
use super::{
    Committed, Damage, Head, Lookup, Store, StoreError, StoreErrorKind, StoreFuture, StoredEvent,
};
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::rows::{DiskRows, RowStore};
use crate::subject::StreamName;

pub use options::EmbeddedOptions;
pub use repair::{Lost, RepairReport, repair};

/// What the index knows.
const LAYOUT: Layout = Layout { chunk: 256, streams: true };

/// No commit may be longer: 64 MiB.
const MAX_COMMIT: usize = 64 << 20;

/// No stream's name may be longer; as a subject it could not be half as long.
const MAX_NAME: usize = 512;

/// A store in a directory of its own, without a server.
///
/// ```
/// use cim_runtime::store::{EmbeddedStore, Store as _};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("shop");
/// let store = EmbeddedStore::open(path)?;
/// # futures::executor::block_on(async {
/// assert_eq!(store.head().await?, None);
/// # Ok::<_, Box<dyn std::error::Error>>(()) })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// The directory holds
///
/// * `log/`, the truth: segments, named for the position of their first event. A segment is a
///   CARv1 file that any CAR tool reads: commits, and behind each group of commits that was synced
///   as one a small block, its mark. The last segment has zeros at its end.
/// * `index/`, which is built again from the log when it is missing, damaged or behind. It also
///   keeps the snapshots, which are lost then.
/// * `rows/`, what projections and policies keep. They are made again from the events when they are
///   missing or damaged.
/// * `head`, the last event that the store has answered for. A log that ends earlier is noticed.
/// * `lock`. One process has the store open at a time; the next is told so.
///
/// # Durability
///
/// A commit is answered when it is on the disk (`fdatasync`); commits that wait at the same time
/// share one sync. After a crash, what had not been answered for is cut.
///
/// If anything else is wrong with the log, the store opens all the same, read-only: commits are
/// answered with [`StoreErrorKind::Damaged`], [`EmbeddedStore::read_only`] and
/// [`Store::damage`] say what is wrong, and what is intact can be read. Reading a stream fails if
/// the part asked for has a hole; reading all events goes on behind one, and the positions show it.
///
/// # Full disks and failing ones
///
/// A commit that finds no room is answered with [`StoreErrorKind::Full`]; once there is room, the
/// store takes commits again. When a sync fails nobody knows what is on the disk, so nothing more is
/// written, and every commit is answered with [`StoreErrorKind::Io`] until the store is opened
/// again, which reads what is there. A commit so answered may or may not be in the log: send the
/// identical one again.
///
/// # Closing
///
/// Clones share one store. It is closed when the last clone and the last subscription are dropped.
#[derive(Debug, Clone)]
pub struct EmbeddedStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    content: Arc<Content>,
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
    rows: Mutex<Option<Arc<DiskRows>>>,
    dir: PathBuf,
    lock: Arc<Lock>,
}

impl EmbeddedStore {
    /// Opens the store in the directory `path`, which is created if it is missing.
    ///
    /// The last segment of the log is read whole; if the index has to be built again, the whole
    /// log is.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Locked`] when the store is open already, here or in another process, and
    /// the errors of the disk. A damaged log is none: the store is read-only then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::options().open(path)
    }

    /// What can be chosen when a store is opened.
    pub fn options() -> EmbeddedOptions {
        EmbeddedOptions::new()
    }

    fn open_with(dir: &Path, options: EmbeddedOptions) -> Result<Self, StoreError> {
        let log = dir.join("log");
        let is_new = !log.exists();
        fs::create_dir_all(&log).map_err(|error| io_error("create", &log, &error))?;
        let lock = Lock::take(dir)?;
        if is_new {
            segment::sync_dir(dir)?;
        }
        let index = Index::open(dir.join("index"), options.index_cache, LAYOUT)?;
        let recovered = recovery::recover(dir, &log, &index)?;
        let last = recovered.view.memory.last_key_value();
        let last = last.and_then(|(_, recent)| index::read(recent).head());
        let content = Arc::new(Content {
            files: Files::new(log.clone()),
            log,
            options,
            store: recovered.store,
            index,
            view: RwLock::new(recovered.view),
            head: watch::Sender::new(last.map_or(0, |last| last.number)),
            is_broken: AtomicBool::new(!recovered.damage.is_empty()),
            damage: Mutex::new(recovered.damage),
        });
        let queue = Arc::new(Queue::default());
        let mut threads = Vec::new();
        if let Some(active) = recovered.active {
            let (sealed, to_index) = mpsc::channel();
            let for_index = Arc::clone(&content);
            let waiting = indexer::left_over(&content);
            let work = move || indexer::run(&for_index, &to_index, waiting);
            threads.push(spawn("cim-index", work)?);
            let (for_writer, queue) = (Arc::clone(&content), Arc::clone(&queue));
            let writer = Writer::new(for_writer, queue, recovered.head_file, active, sealed);
            threads.push(spawn("cim-log", move || writer.run())?);
        }
        let (rows, dir, lock) = (Mutex::default(), dir.to_owned(), Arc::new(lock));
        Ok(Self(Arc::new(Inner { content, queue, threads, rows, dir, lock })))
    }

    /// Why the store takes no commits, if it is damaged.
    pub fn read_only(&self) -> Option<StoreError> {
        self.0.content.broken()
    }

    fn content(&self) -> Arc<Content> {
        Arc::clone(&self.0.content)
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|error| {
        StoreError::new(StoreErrorKind::Io, format!("could not start the thread {name}: {error}"))
    })
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..).rev() {
            // A thread that panicked has said so; what it had synced is safe.
            let _ = thread.join();
        }
        self.content.index.close();
    }
}

impl Store for EmbeddedStore {
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Committed> {
        async move {
            if let Some(broken) = self.0.content.broken() {
                return Err(broken);
            }
            storable(&commit)?;
            let (answer, answered) = oneshot::channel();
            self.0.queue.push(Request { commit, answer })?;
            answered.await.unwrap_or_else(|_| Err(closed()))
        }
        .boxed()
    }

    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>> {
        let stream = stream.clone();
        self.content().read(move |content, reach| content.stream(&stream, after, reach)).boxed()
    }

    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>> {
        self.content().read(move |content, reach| content.all(after, limit, reach)).boxed()
    }

    fn find(&self, cid: &EventCid) -> StoreFuture<'_, Option<StoredEvent>> {
        let cid = *cid;
        let found = self.content().read(move |content, reach| content.find(&cid, reach));
        found.map(|found| Ok(found?.into_iter().next())).boxed()
    }

    fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> StoreFuture<'_, Vec<StoredEvent>> {
        let question = Question::from(lookup);
        self.content()
            .read(move |content, reach| content.lookup(&question, after, limit, reach))
            .boxed()
    }

    fn subscribe(&self, after: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        follow(self.clone(), self.0.content.head.subscribe(), after)
    }

    fn head(&self) -> StoreFuture<'_, Option<Head>> {
        std::future::ready(Ok(self.0.content.last_event())).boxed()
    }

    fn damage(&self) -> StoreFuture<'_, Vec<Damage>> {
        let content = self.content();
        blocking(move || content.find_damage()).boxed()
    }

    fn snapshot(&self, stream: &StreamName) -> StoreFuture<'_, Option<Bytes>> {
        // Most streams have none, which the index knows from memory; a thread of its own for the
        // others would cost more than the one block that is read.
        let snapshot = self.0.content.ask(|db| db.snapshot(stream));
        std::future::ready(snapshot).boxed()
    }

    fn keep_snapshot(&self, stream: &StreamName, snapshot: Bytes) -> StoreFuture<'_, ()> {
        let (content, stream) = (self.content(), stream.clone());
        blocking(move || content.ask(|db| db.keep_snapshot(&stream, &snapshot))).boxed()
    }

    fn rows(&self) -> StoreFuture<'_, Arc<dyn RowStore>> {
        let inner = Arc::clone(&self.0);
        blocking(move || inner.open_rows()).boxed()
    }

    fn has_rows(&self) -> StoreFuture<'_, bool> {
        std::future::ready(Ok(self.0.rows_dir().is_dir())).boxed()
    }
}

impl Inner {
    fn rows_dir(&self) -> PathBuf {
        self.dir.join("rows")
    }

    fn open_rows(&self) -> Result<Arc<dyn RowStore>, StoreError> {
        let mut open = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = open.as_ref() {
            return Ok(Arc::clone(rows) as _);
        }
        // Whoever still has the rows keeps the store's lock.
        let rows = Arc::new(DiskRows::open(&self.rows_dir(), self.lock.clone())?);
        *open = Some(Arc::clone(&rows));
        Ok(rows)
    }
}

/// Whether a commit has its place in a segment and in the index.
fn storable(commit: &Commit) -> Result<(), StoreError> {
    let (stream, len) = (commit.stream(), commit.sections().len());
    let problem = if len > MAX_COMMIT {
        format!(
            "the commit to {stream} takes {len} bytes, {MAX_COMMIT} is the most: keep large values \
             outside of events and store where they are"
        )
    } else if stream.as_str().len() > MAX_NAME {
        format!(
            "the name of the stream {stream} is longer than {MAX_NAME} bytes: choose a shorter one"
        )
    } else {
        return Ok(());
    };
    Err(StoreError::new(StoreErrorKind::Invalid, problem))
}
