//! The group mark: the section that ends each group of commits in the log.
//!
//! A group is written and synced as one. Its mark says that it was written to its end, and which
//! positions it holds, so that positions stay right behind a damaged place.

use crate::car::{self, Section};
use crate::cbor::{DecodeError, Decoder, Encoder};

/// The number of keys of a mark's block; an event has fourteen.
const KEYS: usize = 4;

/// What stands behind a group of commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// The store's own number, drawn when it was made. An event may hold a whole log of another
    /// store; its marks are not ours.
    pub(super) store: u64,
    /// The length of the group's commits in bytes, which stand right before the mark. Zero, with a
    /// count, is a gap: positions whose events were lost, as a repair has stated.
    pub(super) len: u64,
    /// The number of the group's events.
    pub(super) count: u64,
    /// The position of the group's first event.
    pub(super) first: u64,
}

impl Mark {
    /// The position after the group's last event.
    pub(super) fn next(&self) -> u64 {
        self.first.saturating_add(self.count)
    }

    /// Appends the mark's section.
    pub(super) fn push(&self, bytes: &mut Vec<u8>) {
        let mut to = Encoder::default();
        to.map(KEYS);
        to.text("id");
        to.unsigned(self.store);
        to.text("len");
        to.unsigned(self.len);
        to.text("count");
        to.unsigned(self.count);
        to.text("group");
        to.unsigned(self.first);
        // Whole numbers always have an encoding.
        if let Ok(block) = to.finish() {
            car::write_section(bytes, &crate::EventCid::of(&block), &block);
        }
    }

    /// The mark that a section holds, if it holds one; its hash is not compared.
    pub(super) fn of(section: &Section<'_>) -> Option<Self> {
        Self::decode(section.block).ok()
    }

    fn decode(block: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Decoder::new(block);
        from.map(KEYS)?;
        let store = from.field("id")?;
        let len = from.field("len")?;
        let count = from.field("count")?;
        let first = from.field("group")?;
        from.finish()?;
        Ok(Self { store, len, count, first })
    }
}
