//! Rows in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::{RowBatch, RowStore, RowView, is_overtaken, medium_key, page};
use crate::store::StoreError;

/// Rows that live and die with their process. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct MemoryRows(Arc<Mutex<HashMap<String, Space>>>);

/// The rows of a space: copied when somebody still looks at them as they were.
#[derive(Debug, Clone, Default)]
struct Space {
    checkpoint: u64,
    /// Who has claimed it last.
    writer: u64,
    rows: Arc<BTreeMap<Bytes, Bytes>>,
}

impl MemoryRows {
    fn with<T>(&self, space: &str, act: impl FnOnce(&mut Space) -> T) -> T {
        let mut spaces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(spaces.entry(space.to_owned()).or_default())
    }
}

impl RowStore for MemoryRows {
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        Ok(Box::new(self.with(space, |space| space.clone())))
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        self.with(space, |space| {
            if space.checkpoint != batch.from || is_overtaken(batch.writer, space.writer) {
                return Err(StoreError::conflict(batch.from, space.checkpoint));
            }
            space.checkpoint = batch.to;
            let rows = Arc::make_mut(&mut space.rows);
            for change in batch.rows {
                let key = Bytes::from(medium_key(change.table, &change.key));
                match change.value {
                    Some(value) => rows.insert(key, value.into()),
                    None => rows.remove(&key),
                };
            }
            Ok(())
        })
    }

    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        self.with(space, |space| {
            space.writer += 1;
            Ok(space.writer)
        })
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        self.with(space, |space| *space = Space { writer: space.writer, ..Space::default() });
        Ok(())
    }

    fn spaces(&self) -> Result<Vec<String>, StoreError> {
        let spaces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names: Vec<_> = spaces.keys().cloned().collect();
        names.sort_unstable();
        Ok(names)
    }
}

impl RowView for Space {
    fn checkpoint(&self) -> Result<u64, StoreError> {
        Ok(self.checkpoint)
    }

    fn row(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.rows.get(medium_key(table, key).as_slice()).cloned())
    }

    fn rows(
        &self,
        table: &str,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        Ok(page(|from| self.rows.range(from..), table, prefix, from, limit))
    }
}
