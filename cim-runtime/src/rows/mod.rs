//! Rows: what projections and policies keep, beside the events and never instead of them.
//!
//! A [`Table`] is what an author writes with; a [`RowStore`] is where its rows are. The rows of one
//! read model stand in a space of their own, together with its checkpoint: the position up to which
//! events are in the rows. Both are written in one transaction.

mod disk;
mod key;
mod memory;
mod scan;
mod table;
mod tables;
mod writer;

use std::fmt::Debug;

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::sync::watch;

use crate::store::{StoreError, StoreErrorKind};

pub(crate) use disk::DiskRows;
pub use key::{Prefix, RowKey};
pub use memory::MemoryRows;
pub use scan::Scan;
pub use table::Table;
pub use tables::{InMemory, Kept, Place, TableField, TableInfo, Tables};
#[cfg(feature = "jetstream")]
pub(crate) use writer::LAST;
pub(crate) use writer::SpaceWriter;

/// Where rows are kept.
///
/// Its methods may wait for a disk or a server: they are called where a thread may block.
///
/// ```
/// use cim_runtime::rows::{MemoryRows, RowBatch, RowStore as _};
///
/// let rows = MemoryRows::default();
/// let mut batch = RowBatch::new(0, 7);
/// batch.put("orders", b"o1".to_vec(), b"placed".to_vec());
/// rows.commit("shop", batch)?;
///
/// let view = rows.view("shop")?;
/// assert_eq!(view.checkpoint()?, 7);
/// assert_eq!(view.row("orders", b"o1")?.as_deref(), Some(&b"placed"[..]));
///
/// // Whoever is behind the checkpoint is not the one that writes here.
/// assert!(rows.commit("shop", RowBatch::new(0, 8)).unwrap_err().is_conflict());
/// # Ok::<_, cim_runtime::store::StoreError>(())
/// ```
pub trait RowStore: Debug + Send + Sync + 'static {
    /// The rows of a space as they are now.
    ///
    /// # Errors
    ///
    /// When the medium cannot be read.
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError>;

    /// Writes a batch, whole or not at all, if the space's checkpoint is the one it starts from.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Conflict`] with the checkpoint when
    /// it is another, or when somebody has claimed the space since: somebody else writes there. Else
    /// the errors of the medium.
    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError>;

    /// Makes whoever calls this the one that writes a space in this process: batches of those who have
    /// called it before are refused from now on. Returns what its own batches are to carry as their
    /// [`RowBatch::writer`]; 0 where nobody tells writers apart.
    ///
    /// The checkpoint alone does not tell of two writers, where neither takes a new event.
    ///
    /// # Errors
    ///
    /// When the medium cannot be reached.
    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        let _ = space;
        Ok(0)
    }

    /// Removes everything in a space, its checkpoint too.
    ///
    /// # Errors
    ///
    /// When the medium cannot be written.
    fn clear(&self, space: &str) -> Result<(), StoreError>;

    /// How many rows a batch may have; whoever has more writes more often. As many as there are,
    /// unless the medium has a limit.
    fn most_rows(&self) -> usize {
        usize::MAX
    }

    /// The same for batches in [`bulk`](RowBatch::bulk).
    fn most_rows_in_bulk(&self) -> usize {
        self.most_rows()
    }

    /// Waits until this process is the one that writes what `name` stands for. At once, unless
    /// other processes share the rows.
    ///
    /// Nothing rests on there being one: of two, one is always refused. It keeps them from working
    /// against each other.
    fn lead(&self, name: &str) -> BoxFuture<'static, Result<Lead, StoreError>> {
        let _ = name;
        Box::pin(std::future::ready(Ok(Lead::alone())))
    }

    /// Whether its methods may wait for a disk or a server. Otherwise they are called where events are
    /// waited for, so that on one thread the same things happen in the same order each time.
    fn waits(&self) -> bool {
        true
    }

    /// The names of all spaces, in order.
    ///
    /// # Errors
    ///
    /// When the medium cannot be read, or does not know them.
    fn spaces(&self) -> Result<Vec<String>, StoreError> {
        Err(StoreError::new(
            StoreErrorKind::Invalid,
            "these rows do not know which spaces they have: name the one that is meant",
        ))
    }

    /// Waits until another process has written in a space, so that what this one has read there since
    /// it wrote last is old. For ever, unless other processes share the rows.
    fn overtaken(&self, space: &str) -> BoxFuture<'static, ()> {
        let _ = space;
        Box::pin(std::future::pending())
    }

    /// Counts up when another process has written; `None` if none can.
    fn written_elsewhere(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// This process is the one that writes, as long as this is kept.
#[derive(Debug)]
pub struct Lead {
    lost: Option<watch::Receiver<bool>>,
    _guard: Option<Box<dyn Guard>>,
}

/// What gives the lead back when it is dropped.
pub trait Guard: Debug + Send + Sync {}

impl Lead {
    /// Nobody else could be the one.
    pub fn alone() -> Self {
        Self { lost: None, _guard: None }
    }

    /// The lead as long as `lost` is false; `guard` gives it back.
    pub fn shared(lost: watch::Receiver<bool>, guard: Box<dyn Guard>) -> Self {
        Self { lost: Some(lost), _guard: Some(guard) }
    }

    /// Waits until another process is the one.
    pub async fn lost(&mut self) {
        match &mut self.lost {
            // Whoever tells is gone, and nobody renews the lead any more.
            Some(lost) => drop(lost.wait_for(|lost| *lost).await),
            None => std::future::pending().await,
        }
    }
}

/// The rows of one space, as they were at one moment.
pub trait RowView: Debug + Send + Sync {
    /// Up to which position events are in the rows; 0 if none are.
    ///
    /// # Errors
    ///
    /// When the medium cannot be read.
    fn checkpoint(&self) -> Result<u64, StoreError>;

    /// The row with this key.
    ///
    /// # Errors
    ///
    /// When the medium cannot be read.
    fn row(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError>;

    /// Up to `limit` rows whose keys start with `prefix`, from the key `from` on, in order of their
    /// keys; fewer only at the end.
    ///
    /// # Errors
    ///
    /// When the medium cannot be read.
    fn rows(
        &self,
        table: &str,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError>;
}

/// Changes of a space that are written together with its checkpoint.
#[derive(Debug, Clone, Default)]
pub struct RowBatch {
    /// The checkpoint that it starts from.
    pub from: u64,
    /// The checkpoint that it leads to.
    pub to: u64,
    /// Each row that changes, in order; one without a value is removed.
    pub rows: Vec<RowChange>,
    /// Who writes it, of those who have claimed the space; 0 for whoever has not.
    pub writer: u64,
    /// Whether it must outlive a loss of power before it counts as written: what follows from it
    /// cannot be taken back.
    pub durable: bool,
    /// Whether it is one of many, which lead through all events there are before anybody reads the rows.
    pub bulk: bool,
}

/// A row that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The table.
    pub table: &'static str,
    /// The row's key.
    pub key: Vec<u8>,
    /// What the row is from now on; `None` removes it.
    pub value: Option<Vec<u8>>,
}

impl RowBatch {
    /// Changes that lead from one checkpoint to another.
    pub fn new(from: u64, to: u64) -> Self {
        Self { from, to, ..Self::default() }
    }

    /// Writes a row.
    pub fn put(&mut self, table: &'static str, key: Vec<u8>, value: Vec<u8>) {
        self.rows.push(RowChange { table, key, value: Some(value) });
    }

    /// Removes a row.
    pub fn remove(&mut self, table: &'static str, key: Vec<u8>) {
        self.rows.push(RowChange { table, key, value: None });
    }
}

/// Whether the one that writes a batch is not the last one that has claimed the space.
pub(crate) fn is_overtaken(writer: u64, last: u64) -> bool {
    writer != 0 && writer != last
}

/// The name of a table and one of its keys as one key, which is how media keep them. The first byte
/// is the length of the name, so no table reaches into another; the checkpoint's table has none.
pub(crate) fn medium_key(table: &str, key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + table.len() + key.len());
    bytes.push(table.len() as u8);
    bytes.extend_from_slice(table.as_bytes());
    bytes.extend_from_slice(key);
    bytes
}

/// The name of a table and one of its keys, of what [`medium_key`] has made of them.
#[cfg(feature = "jetstream")]
pub(crate) fn table_and_key(bytes: &[u8]) -> (&str, &[u8]) {
    let Some((length, rest)) = bytes.split_first() else { return ("", &[]) };
    let (table, key) = rest.split_at_checked(usize::from(*length)).unwrap_or_default();
    (std::str::from_utf8(table).unwrap_or_default(), key)
}

/// A page of a table's rows, of all rows of a space in memory: `after` begins at a key.
pub(crate) fn page<'a, I: Iterator<Item = (&'a Bytes, &'a Bytes)>>(
    after: impl FnOnce(Bytes) -> I,
    table: &str,
    prefix: &[u8],
    from: &[u8],
    limit: usize,
) -> Vec<(Bytes, Bytes)> {
    let start = medium_key(table, &[]).len();
    let all = medium_key(table, prefix);
    let from = Bytes::from(medium_key(table, from.max(prefix)));
    let rows = after(from).take_while(|(key, _)| key.starts_with(&all));
    rows.take(limit).map(|(key, value)| (key.slice(start..), value.clone())).collect()
}
