//! The rows of one space in memory.

use std::hash::BuildHasher as _;
use std::time::Duration;

use bytes::Bytes;
use rustc_hash::{FxBuildHasher, FxHashSet};
use tokio::time::Instant;
use uuid::Uuid;

use super::Change;
use super::message::{Checkpoint, Subjects, read_checkpoint};
use super::packed::unpack;
use super::sorted::Sorted;
use crate::rows::{LAST, RowBatch, RowChange, RowView, medium_key};
use crate::store::StoreError;

/// A copy of a space, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Copy {
    /// Whether this process is the one that writes, as far as it knows.
    pub(super) own: bool,
    view: View,
    epoch: Option<Uuid>,
    /// The message of the checkpoint, and its sequence.
    last: Bytes,
    sequence: u64,
    /// Rows whose checkpoint has not come yet.
    waiting: Vec<(Bytes, Option<Bytes>)>,
    seen: u64,
    /// The keys of rows that were written as many in one message, as numbers that stand for them: also of
    /// others, if by chance they have the same.
    packed: FxHashSet<u64>,
    /// When it was known to be what is in the bucket, and by which connection.
    known: Option<(Instant, u64)>,
}

/// The rows at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    checkpoint: u64,
    rows: Sorted,
}

impl Copy {
    pub(super) fn view(&self) -> View {
        self.view.clone()
    }

    pub(super) fn checkpoint(&self) -> u64 {
        self.view.checkpoint
    }

    /// The sequence of the checkpoint's message; 0 if there is none.
    pub(super) fn checkpoint_sequence(&self) -> u64 {
        self.sequence
    }

    /// The last sequence that was read.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn epoch(&self) -> Option<Uuid> {
        self.epoch
    }

    /// Whether a checkpoint is one of the space that this is a copy of.
    pub(super) fn is_of_epoch(&self, checkpoint: &[u8]) -> bool {
        let epoch = read_checkpoint(checkpoint).map(|checkpoint| checkpoint.epoch);
        self.epoch.is_none() || epoch == self.epoch
    }

    /// Whether the checkpoint is this very message.
    pub(super) fn is_last(&self, checkpoint: &str) -> bool {
        self.last == checkpoint.as_bytes()
    }

    /// It is what was in the bucket at this moment.
    pub(super) fn known(&mut self, at: Instant, connection: u64) {
        self.known = Some((at, connection));
    }

    /// Whether rows may have been removed of which it is not known any more that they were. A clock
    /// does not tell that a machine was asleep; it has lost its connection then.
    pub(super) fn is_outdated(&self, remembered: Duration, connection: u64) -> bool {
        self.known.is_some_and(|(at, by)| by != connection || at.elapsed() > remembered / 2)
    }

    /// Takes a message in; rows count with the checkpoint behind them.
    pub(super) fn take(&mut self, subjects: &Subjects, change: Change) -> Result<(), StoreError> {
        self.seen = self.seen.max(change.sequence);
        if change.subject == subjects.checkpoint() {
            let value = change.value.unwrap_or_default();
            let Some(Checkpoint { position, epoch, last }) = read_checkpoint(&value) else {
                return Err(StoreError::damaged(format!(
                    "the checkpoint at {} is none: delete the bucket to have all rows made anew",
                    change.subject
                )));
            };
            let last = (!last.is_empty()).then(|| last.into());
            self.waiting.push((medium_key(LAST, &[]).into(), last));
            self.apply(position, epoch, value, change.sequence);
        } else if subjects.is_many(&change.subject) {
            let Some(rows) = change.value.and_then(unpack) else {
                return Err(StoreError::damaged(format!(
                    "the rows at {} are none: delete the bucket to have all rows made anew",
                    change.subject
                )));
            };
            self.packed.extend(rows.iter().map(|(key, _)| number_of(key)));
            self.waiting.extend(rows);
        } else if let Some((table, key)) = subjects.row(&change.subject) {
            self.waiting.push((medium_key(table, &key).into(), change.value));
        }
        Ok(())
    }

    /// The event at the checkpoint; empty, if there is none.
    pub(super) fn last_event(&self) -> Bytes {
        self.view.rows.get(&medium_key(LAST, &[])).cloned().unwrap_or_default()
    }

    /// Whether a row was written as one of many, which are all kept.
    pub(super) fn is_packed(&self, key: &[u8]) -> bool {
        self.packed.contains(&number_of(key))
    }

    /// These are written as many in one message.
    pub(super) fn pack(&mut self, rows: &[RowChange]) {
        let keys = rows.iter().map(|change| medium_key(change.table, &change.key));
        self.packed.extend(keys.map(|key| number_of(&key)));
    }

    /// Takes in what this process has written.
    pub(super) fn put(&mut self, batch: RowBatch, epoch: Uuid, sequence: u64) {
        let rows = batch.rows.into_iter().map(|change| {
            let key = medium_key(change.table, &change.key).into();
            (key, change.value.map(Bytes::from))
        });
        self.waiting.extend(rows);
        self.seen = self.seen.max(sequence);
        self.apply(batch.to, epoch, Bytes::new(), sequence);
    }

    fn apply(&mut self, position: u64, epoch: Uuid, last: Bytes, sequence: u64) {
        let rows = &mut self.view.rows;
        for (key, value) in self.waiting.drain(..) {
            match value {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        self.view.checkpoint = position;
        (self.epoch, self.last, self.sequence) = (Some(epoch), last, sequence);
    }
}

fn number_of(key: &[u8]) -> u64 {
    FxBuildHasher.hash_one(key)
}

impl RowView for View {
    fn checkpoint(&self) -> Result<u64, StoreError> {
        Ok(self.checkpoint)
    }

    fn row(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.rows.get(&medium_key(table, key)).cloned())
    }

    fn rows(
        &self,
        table: &str,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let after = |key: Bytes| self.rows.beginning_at(&key).map(|(key, row)| (key, row));
        Ok(crate::rows::page(after, table, prefix, from, limit))
    }
}
