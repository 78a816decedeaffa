//! Where an event stands in the log.

/// One event's place in its segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Spot {
    /// The event's position in the store.
    pub(in crate::store) position: u64,
    /// Where its section starts in the segment's file.
    pub(in crate::store) offset: u32,
    /// The length of its section.
    pub(in crate::store) len: u32,
}

/// Spots in one segment, in order of position.
#[derive(Debug)]
pub(in crate::store) struct Spots {
    /// The position of the segment's first event, which names its file.
    pub(in crate::store) segment: u64,
    pub(in crate::store) spots: Vec<Spot>,
}
