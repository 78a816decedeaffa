//! How an embedded store is set up.

use std::path::Path;

use super::EmbeddedStore;
use crate::store::{StoreError, StoreErrorKind};

/// A segment's offsets are kept in four bytes; half of what they reach leaves room for the group
/// that crosses the end.
const LARGEST_SEGMENT: u64 = 1 << 31;

/// What can be chosen when an [`EmbeddedStore`] is opened.
///
/// ```
/// use cim_runtime::store::EmbeddedStore;
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("shop");
/// let store = EmbeddedStore::options().segment_size(8 << 20).open(path)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct EmbeddedOptions {
    pub(super) segment_size: u64,
    pub(super) fill: u64,
    pub(super) index_cache: u64,
}

impl EmbeddedOptions {
    pub(super) fn new() -> Self {
        Self { segment_size: 64 << 20, fill: 256 << 10, index_cache: 32 << 20 }
    }

    /// How large a segment of the log grows before the next one is begun: 64 MiB, if not chosen.
    ///
    /// The last segment is read whole when the store is opened, and its index is kept in memory
    /// (about a third of its size for events of the usual 400 bytes).
    #[must_use]
    pub fn segment_size(mut self, bytes: u64) -> Self {
        self.segment_size = bytes;
        self
    }

    /// How many zeros are written ahead of the log's end at a time, so that a commit changes
    /// nothing but the bytes of its file: 256 KiB, if not chosen; 0 switches it off.
    #[must_use]
    pub fn fill(mut self, bytes: u64) -> Self {
        self.fill = bytes;
        self
    }

    /// How much memory the index may use to keep what it reads: 32 MiB, if not chosen.
    #[must_use]
    pub fn index_cache(mut self, bytes: u64) -> Self {
        self.index_cache = bytes;
        self
    }

    /// Opens the store in the directory `path`, which is created if it is missing.
    ///
    /// # Errors
    ///
    /// As [`EmbeddedStore::open`].
    pub fn open(self, path: impl AsRef<Path>) -> Result<EmbeddedStore, StoreError> {
        if !(1..=LARGEST_SEGMENT).contains(&self.segment_size) {
            return Err(StoreError::new(
                StoreErrorKind::Invalid,
                format!(
                    "a segment size of {} bytes is out of range: choose 1 to {LARGEST_SEGMENT}",
                    self.segment_size
                ),
            ));
        }
        EmbeddedStore::open_with(path.as_ref(), self)
    }
}
