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

use std::fmt::Debug;

use bytes::Bytes;

use crate::store::StoreError;

pub(crate) use disk::DiskRows;
pub use key::{Prefix, RowKey};
pub use memory::MemoryRows;
pub use scan::Scan;
pub use table::Table;
pub use tables::{InMemory, Kept, Place, TableField, TableInfo, Tables};

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
    /// [`StoreErrorKind::Conflict`](crate::store::StoreErrorKind::Conflict) with the checkpoint when
    /// it is another: somebody else writes there. Else the errors of the medium.
    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError>;

    /// Removes everything in a space, its checkpoint too.
    ///
    /// # Errors
    ///
    /// When the medium cannot be written.
    fn clear(&self, space: &str) -> Result<(), StoreError>;
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
        Self { from, to, rows: Vec::new() }
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

/// The name of a table and one of its keys as one key, which is how media keep them. The first byte
/// is the length of the name, so no table reaches into another; the checkpoint's table has none.
fn medium_key(table: &str, key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + table.len() + key.len());
    bytes.push(table.len() as u8);
    bytes.extend_from_slice(table.as_bytes());
    bytes.extend_from_slice(key);
    bytes
}
