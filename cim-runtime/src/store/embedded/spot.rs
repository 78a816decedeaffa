//! Where an event stands in the log.

/// One event's place in its segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// The event's position in the store.
    pub(super) position: u64,
    /// Where its section starts in the segment's file.
    pub(super) offset: u32,
    /// The length of its section.
    pub(super) len: u32,
}

/// Spots in one segment, in order of position.
#[derive(Debug)]
pub(super) struct Spots {
    /// The position of the segment's first event, which names its file.
    pub(super) segment: u64,
    pub(super) spots: Vec<Spot>,
}
