//! Rows on disk, in fjall: beside an embedded store's log, which they can be made from again.

use std::any::Any;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable as _, Snapshot};

use super::{RowBatch, RowStore, RowView, is_overtaken, medium_key};
use crate::opening;
use crate::store::{StoreError, StoreErrorKind};

/// Where the checkpoint stands in a space: the table without a name.
const CHECKPOINT: &[u8] = b"\0checkpoint";

/// From so many rows on a commit is a finished table, which costs a third of as many rows that are
/// put in one by one, and a file.
const MANY: usize = 8192;

/// Rows in a directory of their own. A space is one of fjall's keyspaces.
pub(crate) struct DiskRows {
    dir: PathBuf,
    db: Database,
    /// Who has claimed each space last; held while a checkpoint is compared and written.
    writers: Mutex<HashMap<String, u64>>,
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
        Ok(Self { dir: dir.to_owned(), db, writers: Mutex::default(), _lock: lock })
    }

    fn keyspace(&self, space: &str) -> Result<Keyspace, StoreError> {
        self.db
            .keyspace(space, KeyspaceCreateOptions::default)
            .map_err(|error| self.trouble(&error))
    }

    /// Writes many rows as a finished table: all of them, or nothing.
    fn ingest(&self, keyspace: &Keyspace, batch: RowBatch) -> Result<(), StoreError> {
        let checkpoint = (CHECKPOINT.to_vec(), Some(batch.to.to_be_bytes().to_vec()));
        let rows = batch.rows.into_iter();
        let rows = rows.map(|change| (medium_key(change.table, &change.key), change.value));
        let mut rows: Vec<_> = rows.chain([checkpoint]).collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        let write = || {
            let mut table = keyspace.start_ingestion()?;
            // A table has each key once: what was said last of it.
            for same in rows.chunk_by(|(one, _), (next, _)| one == next) {
                match same.last() {
                    Some((key, Some(value))) => table.write(key.as_slice(), value.as_slice())?,
                    Some((key, None)) => table.write_tombstone(key.as_slice())?,
                    None => {}
                }
            }
            table.finish()
        };
        write().map_err(|error| self.trouble(&error))
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
        let writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keyspace.get(CHECKPOINT).map_err(|error| self.trouble(&error))?;
        let found = number(found.as_deref());
        let last = writers.get(space).copied().unwrap_or_default();
        if found != batch.from || is_overtaken(batch.writer, last) {
            return Err(StoreError::conflict(batch.from, found));
        }
        if batch.rows.len() >= MANY && !batch.durable {
            return self.ingest(&keyspace, batch);
        }
        let mode = if batch.durable { PersistMode::SyncData } else { PersistMode::Buffer };
        let mut write = self.db.batch().durability(Some(mode));
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

    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = writers.entry(space.to_owned()).or_default();
        *writer += 1;
        Ok(*writer)
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        let _writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        let keyspace = self.keyspace(space)?;
        self.db.delete_keyspace(keyspace).map_err(|error| self.trouble(&error))
    }

    fn spaces(&self) -> Result<Vec<String>, StoreError> {
        let names = self.db.list_keyspace_names();
        let mut names: Vec<_> = names.iter().map(|name| name.to_string()).collect();
        names.sort_unstable();
        Ok(names)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MemoryRows;

    const SPACE: &str = "goods";

    fn open(dir: &Path) -> DiskRows {
        DiskRows::open(dir, Arc::new(())).unwrap()
    }

    /// Rows of the numbers from one to another, each with this value, or without one.
    fn change(batch: &mut RowBatch, table: &'static str, of: std::ops::Range<u32>, value: &str) {
        for number in of {
            let key = (number.wrapping_mul(0x9e37_79b9)).to_be_bytes().to_vec();
            match value {
                "" => batch.remove(table, key),
                value => batch.put(table, key, value.as_bytes().to_vec()),
            }
        }
    }

    fn all(view: &dyn RowView) -> (u64, Vec<(Bytes, Bytes)>) {
        let rows = |table| view.rows(table, &[], &[], usize::MAX).unwrap();
        (view.checkpoint().unwrap(), [rows("apples"), rows("pears")].concat())
    }

    #[test]
    fn many_rows_are_written_as_few_are() {
        let many = MANY as u32;
        let dir = tempfile::tempdir().unwrap();
        let (mut disk, memory) = (open(dir.path()), MemoryRows::default());
        for step in 1..=5 {
            let mut batch = RowBatch::new(step - 1, step);
            match step {
                1 => change(&mut batch, "apples", 0..100, "few"),
                2 => {
                    change(&mut batch, "pears", 0..many, "many");
                    change(&mut batch, "apples", 50..60, "");
                    change(&mut batch, "apples", 90..110, "more");
                }
                3 => change(&mut batch, "pears", 5..10, "again"),
                4 => {
                    change(&mut batch, "pears", 0..many - 7, "");
                    change(&mut batch, "apples", 0..10, "last");
                }
                _ => change(&mut batch, "pears", 0..3, "back"),
            }
            let before = disk.view(SPACE).unwrap();
            let seen = all(before.as_ref());
            disk.commit(SPACE, batch.clone()).unwrap();
            memory.commit(SPACE, batch.clone()).unwrap();
            assert_eq!(all(before.as_ref()), seen, "a view stays as it was");
            drop(before);
            assert!(disk.commit(SPACE, batch).is_err(), "from another checkpoint");
            let expected = all(memory.view(SPACE).unwrap().as_ref());
            assert_eq!(all(disk.view(SPACE).unwrap().as_ref()), expected);
            drop(disk);
            disk = open(dir.path());
            assert_eq!(all(disk.view(SPACE).unwrap().as_ref()), expected, "opened again");
        }
    }
}
