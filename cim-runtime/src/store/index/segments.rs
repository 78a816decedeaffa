//! The segments of an index: those on disk, and those in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::db::{Db, Indexed, Trouble};
use super::recent::{Question, Recent};
use super::spot::Spot;

/// The index of one segment in memory, which the writer goes on filling if it is the last.
pub(in crate::store) type SharedRecent = Arc<RwLock<Recent>>;

/// Where each segment's events are indexed: a segment is in one of the two.
#[derive(Debug, Default)]
pub(in crate::store) struct View {
    /// Segments in memory, by the position of their first event; the last one is being written.
    pub(in crate::store) memory: BTreeMap<u64, SharedRecent>,
    /// Segments that the index on disk holds.
    pub(in crate::store) known: BTreeMap<u64, Indexed>,
}

/// One segment, as a question finds it.
pub(in crate::store) enum Source {
    Memory(SharedRecent),
    Known(Indexed),
}

impl View {
    /// The segments that may hold something after position `after`, in order.
    pub(in crate::store) fn sources(&self, after: u64) -> BTreeMap<u64, Source> {
        let known = self.known.range(start_of(&self.known, after)..);
        let known = known.map(|(segment, known)| (*segment, Source::Known(*known)));
        let memory = self.memory.range(start_of(&self.memory, after)..);
        let memory = memory.map(|(segment, recent)| (*segment, Source::Memory(Arc::clone(recent))));
        known.chain(memory).collect()
    }

    /// The segments in memory, and whether there are others.
    pub(in crate::store) fn split(&self) -> (Vec<(u64, SharedRecent)>, bool) {
        let memory = self.memory.iter().map(|(segment, recent)| (*segment, Arc::clone(recent)));
        (memory.collect(), !self.known.is_empty())
    }
}

/// The lock of a segment's index; a panic while it was held left whole events behind.
pub(in crate::store) fn read(recent: &SharedRecent) -> RwLockReadGuard<'_, Recent> {
    recent.read().unwrap_or_else(PoisonError::into_inner)
}

/// The first position of the segment that holds what follows `after`.
fn start_of<T>(segments: &BTreeMap<u64, T>, after: u64) -> u64 {
    segments.range(..=after.saturating_add(1)).next_back().map_or(0, |(segment, _)| *segment)
}

impl Db {
    /// Up to `room` events of a segment after position `after` whose times are wanted.
    pub(in crate::store) fn chunks(
        &self,
        known: &Indexed,
        after: u64,
        room: usize,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<Vec<Spot>, Trouble> {
        let width = self.layout.chunk;
        let mut spots = Vec::new();
        let first = (after + 1).max(known.first);
        let mut chunk = (first - known.first) / width;
        while spots.len() < room && known.first + chunk * width < known.next {
            let events = self.chunk(known.first, chunk)?;
            let events =
                events.into_iter().filter(|(at, spot)| spot.position >= first && wanted(*at));
            spots.extend(events.map(|(_, spot)| spot).take(room - spots.len()));
            chunk += 1;
        }
        Ok(spots)
    }

    /// The segments that have an answer, or `None` when each must be asked.
    pub(in crate::store) fn segments_having(
        &self,
        question: &Question,
    ) -> Result<Option<Vec<u64>>, Trouble> {
        match question {
            Question::Correlation(id) => self.correlation_segments(*id).map(Some),
            Question::EventType(name) => self.event_type_segments(name).map(Some),
            Question::Time { .. } => Ok(None),
        }
    }

    /// The answer of one segment.
    pub(in crate::store) fn matching(
        &self,
        known: &Indexed,
        question: &Question,
        after: u64,
        room: usize,
    ) -> Result<Vec<Spot>, Trouble> {
        let mut positions = match question {
            Question::Correlation(id) => self.correlation(*id, known.first)?,
            Question::EventType(name) => self.event_type(name, known.first)?,
            Question::Time { from, to } if known.times.0 < *to && known.times.1 >= *from => {
                return self.chunks(known, after, room, |at| (*from..*to).contains(&at));
            }
            Question::Time { .. } => return Ok(Vec::new()),
        };
        positions.retain(|position| *position > after);
        positions.truncate(room);
        Ok(self.spots(known.first, &positions)?.spots)
    }
}
