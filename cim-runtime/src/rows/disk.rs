//! Rows on disk, in fjall: beside an embedded store's log, which they can be made from again.

use std::any::Any;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable as _, Snapshot};

use super::{RowBatch, RowStore, RowView, medium_key};
use crate::opening;
use crate::store::{StoreError, StoreErrorKind};

/// Where the checkpoint stands in a space: the table without a name.
const CHECKPOINT: &[u8] = b"\0checkpoint";

/// Rows in a directory of their own. A space is one of fjall's keyspaces.
pub(crate) struct DiskRows {
    dir: PathBuf,
    db: Database,
    /// Held while a checkpoint is compared and written.
    writing: Mutex<()>,
    _lock: Arc<dyn Any + Send + Sync>,
}

impl DiskRows {
    /// Opens the rows in `dir`. Those that cannot be read are thrown away: they are made again from
    /// the events. `lock` says that nobody else uses the directory, and is kept as long as they are.
    pub(crate) fn open(dir: &Path, lock: Arc<dyn Any + Send + Sync>) -> Result<Self, StoreError> {
        let db = open(dir).or_else(|problem| {
            tracing::warn!(dir = %dir.display(), problem, "the rows of all read models are made anew");
            fs::remove_dir_all(dir).map_err(|error| trouble(dir, &error))?;
            open(dir).map_err(|problem| trouble(dir, &problem))
        })?;
        Ok(Self { dir: dir.to_owned(), db, writing: Mutex::new(()), _lock: lock })
    }

    fn keyspace(&self, space: &str) -> Result<Keyspace, StoreError> {
        self.db
            .keyspace(space, KeyspaceCreateOptions::default)
            .map_err(|error| self.trouble(&error))
    }

    fn trouble(&self, error: &fjall::Error) -> StoreError {
        trouble(&self.dir, &format!("{error:?}"))
    }
}

fn open(dir: &Path) -> Result<Database, String> {
    match opening::open(|| Database::builder(dir).worker_threads(1).open()) {
        Some(opened) => opened.map_err(|error| format!("{error:?}")),
        None => Err("it is not readable at all".to_owned()),
    }
}

fn trouble(dir: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "the rows of the read models in {} cannot be read or written ({error}); no event is \
             lost: look at the disk, or remove this directory, then open the store again",
            dir.display()
        ),
    )
}

impl std::fmt::Debug for DiskRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiskRows").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl RowStore for DiskRows {
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        let keyspace = self.keyspace(space)?;
        Ok(Box::new(View { dir: self.dir.clone(), snapshot: self.db.snapshot(), keyspace }))
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        let keyspace = self.keyspace(space)?;
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keyspace.get(CHECKPOINT).map_err(|error| self.trouble(&error))?;
        let found = number(found.as_deref());
        if found != batch.from {
            return Err(StoreError::conflict(batch.from, found));
        }
        let mut write = self.db.batch().durability(Some(PersistMode::Buffer));
        write.insert(&keyspace, CHECKPOINT, batch.to.to_be_bytes());
        for change in batch.rows {
            let key = medium_key(change.table, &change.key);
            match change.value {
                Some(value) => write.insert(&keyspace, key, value),
                None => write.remove(&keyspace, key),
            }
        }
        write.commit().map_err(|error| self.trouble(&error))
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let keyspace = self.keyspace(space)?;
        self.db.delete_keyspace(keyspace).map_err(|error| self.trouble(&error))
    }
}

struct View {
    dir: PathBuf,
    snapshot: Snapshot,
    keyspace: Keyspace,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("space", &self.keyspace.name()).finish_non_exhaustive()
    }
}

impl RowView for View {
    fn checkpoint(&self) -> Result<u64, StoreError> {
        let found = self.snapshot.get(&self.keyspace, CHECKPOINT);
        Ok(number(found.map_err(|error| self.trouble(&error))?.as_deref()))
    }

    fn row(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let found = self.snapshot.get(&self.keyspace, medium_key(table, key));
        Ok(found.map_err(|error| self.trouble(&error))?.map(Bytes::from_owner))
    }

    fn rows(
        &self,
        table: &str,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let start = medium_key(table, &[]).len();
        let all = medium_key(table, prefix);
        let mut rows = Vec::new();
        for row in self.snapshot.range(&self.keyspace, medium_key(table, from.max(prefix))..) {
            let (key, value) = row.into_inner().map_err(|error| self.trouble(&error))?;
            if rows.len() == limit || !key.starts_with(&all) {
                break;
            }
            rows.push((Bytes::from_owner(key).slice(start..), Bytes::from_owner(value)));
        }
        Ok(rows)
    }
}

impl View {
    fn trouble(&self, error: &fjall::Error) -> StoreError {
        trouble(&self.dir, &format!("{error:?}"))
    }
}

fn number(bytes: Option<&[u8]>) -> u64 {
    bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes)
}
