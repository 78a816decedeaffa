//! The index in memory of a segment that the index on disk does not hold yet.
//!
//! Keeping it costs a commit well under a microsecond: streams and CIDs are hashed, and what is
//! rarely asked for (correlation, type, time) is found by looking at every entry.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use uuid::Uuid;

use super::spot::Spot;
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::store::{Head, Lookup};
use crate::subject::StreamName;

/// The events of one segment.
#[derive(Debug)]
pub(super) struct Recent {
    first: u64,
    next: u64,
    end: u64,
    head: Option<Head>,
    entries: Vec<Entry>,
    /// The entries of each stream, in order of version.
    streams: FxHashMap<StreamName, SmallVec<[u32; 4]>>,
    /// Entries by the start of their digest, and those whose start another one had already.
    cids: FxHashMap<u64, u32>,
    collisions: Vec<u32>,
    kinds: Vec<String>,
    kinds_by_name: FxHashMap<String, u32>,
}

/// One event.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) cid: EventCid,
    pub(super) correlation: Uuid,
    pub(super) spot: Spot,
    pub(super) version: u64,
    /// Microseconds since 1970, as in the block.
    pub(super) at: i64,
    kind: u32,
}

impl Recent {
    /// The segment that begins at position `first`, of which nothing is known yet; `head` is the
    /// last event before it.
    pub(super) fn new(first: u64, head: Option<Head>) -> Self {
        Self {
            first,
            next: first,
            end: 0,
            head,
            entries: Vec::new(),
            streams: FxHashMap::default(),
            cids: FxHashMap::default(),
            collisions: Vec::new(),
            kinds: Vec::new(),
            kinds_by_name: FxHashMap::default(),
        }
    }

    /// Adds a commit, whose first event has this position and whose sections start at `offset` in
    /// the segment's file.
    pub(super) fn push(&mut self, commit: &Commit, position: u64, offset: u64) {
        let events = commit.events();
        let versions = self.streams.entry(commit.stream().clone()).or_default();
        for (i, event) in events.iter().enumerate() {
            let end = events.get(i + 1).map_or(commit.sections().len() as u32, |next| next.offset);
            let kind = match self.kinds_by_name.get(event.event_type.as_ref()) {
                Some(kind) => *kind,
                None => {
                    let kind = self.kinds.len() as u32;
                    self.kinds.push(event.event_type.clone().into_owned());
                    self.kinds_by_name.insert(event.event_type.clone().into_owned(), kind);
                    kind
                }
            };
            let number = self.entries.len() as u32;
            self.entries.push(Entry {
                cid: event.cid,
                correlation: event.correlation,
                spot: Spot {
                    position: position + i as u64,
                    offset: offset as u32 + event.offset,
                    len: end - event.offset,
                },
                version: commit.expected() + 1 + i as u64,
                at: event.at.as_microsecond(),
                kind,
            });
            versions.push(number);
            if self.cids.insert(start(&event.cid), number).is_some() {
                self.collisions.push(number);
            }
        }
        self.head = Some(Head { number: position + events.len() as u64 - 1, cid: commit.head() });
    }

    /// The segment holds everything before position `next`, and its last mark ends at `end`.
    pub(super) fn close_group(&mut self, next: u64, end: u64) {
        self.next = next;
        self.end = end;
    }

    /// The position of the segment's first event.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The position behind the segment.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Where the segment's last mark ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The last event of the store, up to the end of this segment.
    pub(super) fn head(&self) -> Option<Head> {
        self.head
    }

    /// The events, in order of position.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The events after position `after`.
    pub(super) fn entries_after(&self, after: u64) -> &[Entry] {
        // Positions have no holes but in a store that was damaged.
        let guess = (after + 1).saturating_sub(self.first) as usize;
        let exact = match guess.checked_sub(1) {
            None => true,
            Some(before) => self.entries.get(before).is_some_and(|e| e.spot.position == after),
        };
        let start = match exact {
            true => guess,
            false => self.entries.partition_point(|entry| entry.spot.position <= after),
        };
        self.entries.get(start..).unwrap_or_default()
    }

    /// The streams, in no order.
    pub(super) fn streams(
        &self,
    ) -> impl Iterator<Item = (&StreamName, impl Iterator<Item = &Entry>)> {
        self.streams.iter().map(|(name, numbers)| (name, self.pick(numbers)))
    }

    /// The events of a stream, in order of version.
    pub(super) fn stream(&self, stream: &StreamName) -> impl Iterator<Item = &Entry> {
        self.pick(self.streams.get(stream).map_or(&[], |numbers| numbers))
    }

    /// The events of a stream after version `after`, in order.
    pub(super) fn stream_after(
        &self,
        stream: &StreamName,
        after: u64,
    ) -> impl Iterator<Item = &Entry> {
        let numbers = self.streams.get(stream).map_or(&[][..], |numbers| numbers);
        let start = numbers.partition_point(|&n| self.entries[n as usize].version <= after);
        self.pick(&numbers[start..])
    }

    /// The last event of a stream.
    pub(super) fn stream_head(&self, stream: &StreamName) -> Option<Head> {
        let last = *self.streams.get(stream)?.last()?;
        let last = &self.entries[last as usize];
        Some(Head { number: last.version, cid: last.cid })
    }

    fn pick<'a>(&'a self, numbers: &'a [u32]) -> impl Iterator<Item = &'a Entry> {
        numbers.iter().map(|&number| &self.entries[number as usize])
    }

    /// The event with this CID.
    pub(super) fn find(&self, cid: &EventCid) -> Option<Spot> {
        let first = self.cids.get(&start(cid)).copied();
        let numbers = first.into_iter().chain(self.collisions.iter().copied());
        let mut entries = numbers.map(|number| &self.entries[number as usize]);
        // Of two with one start, the later stands in the map: the earlier is looked for everywhere.
        let found = entries.find(|entry| entry.cid == *cid);
        let found = match found {
            None if !self.collisions.is_empty() => self.entries.iter().find(|e| e.cid == *cid),
            found => found,
        };
        found.map(|entry| entry.spot)
    }

    /// Up to `limit` events that match, after position `after`.
    pub(super) fn lookup(&self, question: &Question, after: u64, limit: usize) -> Vec<Spot> {
        let kind = match question {
            Question::EventType(name) => match self.kinds_by_name.get(name) {
                Some(kind) => Some(*kind),
                None => return Vec::new(),
            },
            _ => None,
        };
        let matches = |entry: &&Entry| match question {
            Question::Correlation(id) => entry.correlation == *id,
            Question::EventType(_) => Some(entry.kind) == kind,
            Question::Time { from, to } => (*from..*to).contains(&entry.at),
        };
        let entries = self.entries_after(after).iter().filter(matches).take(limit);
        entries.map(|entry| entry.spot).collect()
    }

    /// The name of an entry's event type.
    pub(super) fn kind(&self, entry: &Entry) -> &str {
        &self.kinds[entry.kind as usize]
    }
}

/// A [`Lookup`] in the units of the index.
#[derive(Debug)]
pub(super) enum Question {
    Correlation(Uuid),
    EventType(String),
    /// Microseconds, half-open.
    Time {
        from: i64,
        to: i64,
    },
}

impl From<Lookup> for Question {
    fn from(lookup: Lookup) -> Self {
        match lookup {
            Lookup::Correlation(id) => Question::Correlation(id),
            Lookup::EventType(name) => Question::EventType(name),
            Lookup::Time(span) => {
                Question::Time { from: round_up(span.start), to: round_up(span.end) }
            }
        }
    }
}

/// The first whole microsecond that is not before `at`: events have no finer times.
fn round_up(at: jiff::Timestamp) -> i64 {
    let whole = at.as_nanosecond().div_euclid(1000);
    let rest = i128::from(at.as_nanosecond().rem_euclid(1000) != 0);
    i64::try_from(whole + rest).unwrap_or(i64::MAX)
}

/// A digest is as good as random: its start is its hash.
fn start(cid: &EventCid) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *cid.digest();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}
