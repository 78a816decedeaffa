//! Tables of a policy or a projection under test, whose rows pass through their bytes.

use std::sync::Arc;

use super::round_trip::{Checked, told};
use crate::projection::is_kept;
use crate::rows::{MemoryRows, SpaceWriter, Tables};
use crate::store::StoredEvent;

/// Tables that were empty at first.
#[derive(Debug)]
pub(super) struct Opened<T> {
    pub(super) tables: T,
    pub(super) space: SpaceWriter,
}

impl<T: Tables> Opened<T> {
    pub(super) fn empty() -> Checked<Self> {
        let rows = Arc::new(MemoryRows::default());
        let space = told(SpaceWriter::open(rows, "test".to_owned()), "the rows")?;
        Ok(Self { tables: T::open(&space.place), space })
    }

    /// Writes what an event has changed, and reads it back.
    pub(super) fn keep(&mut self, event: &StoredEvent) -> Checked {
        self.check()?;
        let mut batch = self.space.batch(Some(event));
        let mut written = Ok(());
        self.tables.each(&mut |table| {
            if written.is_ok() {
                written = table.write(&mut batch);
            }
        });
        told(written, "a row has no encoding")?;
        told(self.space.commit(batch, Some(event)), "the rows")?;
        match is_kept::<T>() {
            true => self.tables = T::open(&self.space.place),
            // What is in memory would be gone.
            false => self.tables.each(&mut |table| table.renew(&self.space.place)),
        }
        Ok(())
    }

    /// Whether all that was read could be.
    pub(super) fn check(&self) -> Checked {
        told(self.space.place.check(), "the rows")
    }
}
