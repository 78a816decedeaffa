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
pub(in crate::store) struct Recent {
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
    /// The entries in order of their correlations, once there will be no more.
    by_correlation: Option<Vec<u32>>,
}

/// One event.
#[derive(Debug)]
pub(in crate::store) struct Entry {
    pub(in crate::store) cid: EventCid,
    pub(in crate::store) correlation: Uuid,
    pub(in crate::store) spot: Spot,
    pub(in crate::store) version: u64,
    /// Microseconds since 1970, as in the block.
    pub(in crate::store) at: i64,
    kind: u32,
}

/// An event, before it has a number.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Seen {
    pub(in crate::store) cid: EventCid,
    pub(in crate::store) correlation: Uuid,
    pub(in crate::store) at: jiff::Timestamp,
    pub(in crate::store) version: u64,
}

impl Recent {
    /// The segment that begins at position `first`, of which nothing is known yet; `head` is the
    /// last event before it.
    pub(in crate::store) fn new(first: u64, head: Option<Head>) -> Self {
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
            by_correlation: None,
        }
    }

    /// Adds a commit, whose first event has this position and whose sections start at `offset` in
    /// the segment's file.
    pub(in crate::store) fn push(&mut self, commit: &Commit, position: u64, offset: u64) {
        let events = commit.events();
        let first = self.entries.len() as u32;
        for (i, event) in events.iter().enumerate() {
            let end = events.get(i + 1).map_or(commit.sections().len() as u32, |next| next.offset);
            let spot = Spot {
                position: position + i as u64,
                offset: offset as u32 + event.offset,
                len: end - event.offset,
            };
            let version = commit.expected() + 1 + i as u64;
            let (cid, correlation, at) = (event.cid, event.correlation, event.at);
            self.push_event(Seen { cid, correlation, at, version }, &event.event_type, spot);
        }
        let numbers = first..self.entries.len() as u32;
        self.streams.entry(commit.stream().clone()).or_default().extend(numbers);
        self.head = Some(Head { number: position + events.len() as u64 - 1, cid: commit.head() });
    }

    /// Adds an event without saying of which stream it is.
    pub(in crate::store) fn push_event(&mut self, event: Seen, event_type: &str, spot: Spot) {
        let kind = match self.kinds_by_name.get(event_type) {
            Some(kind) => *kind,
            None => {
                let kind = self.kinds.len() as u32;
                self.kinds.push(event_type.to_owned());
                self.kinds_by_name.insert(event_type.to_owned(), kind);
                kind
            }
        };
        let number = self.entries.len() as u32;
        let Seen { cid, correlation, at, version } = event;
        self.entries.push(Entry { cid, correlation, spot, version, at: at.as_microsecond(), kind });
        if self.cids.insert(start(&cid), number).is_some() {
            self.collisions.push(number);
        }
    }

    /// The segment holds everything before position `next`, and its last mark ends at `end`.
    pub(in crate::store) fn close_group(&mut self, next: u64, end: u64) {
        self.next = next;
        self.end = end;
    }

    /// Makes a segment that stays in memory, and to which no more is added, quicker to look through.
    #[cfg(feature = "jetstream")]
    pub(in crate::store) fn sort(&mut self) {
        let mut numbers: Vec<u32> = (0..self.entries.len() as u32).collect();
        numbers.sort_by_key(|&number| self.entries[number as usize].correlation);
        self.by_correlation = Some(numbers);
    }

    /// The position of the segment's first event.
    pub(in crate::store) fn first(&self) -> u64 {
        self.first
    }

    /// The position behind the segment.
    pub(in crate::store) fn next(&self) -> u64 {
        self.next
    }

    /// Where the segment's last mark ends.
    pub(in crate::store) fn end(&self) -> u64 {
        self.end
    }

    /// The last event of the store, up to the end of this segment.
    pub(in crate::store) fn head(&self) -> Option<Head> {
        self.head
    }

    /// The events, in order of position.
    pub(in crate::store) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The events after position `after`.
    pub(in crate::store) fn entries_after(&self, after: u64) -> &[Entry] {
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
    pub(in crate::store) fn streams(
        &self,
    ) -> impl Iterator<Item = (&StreamName, impl Iterator<Item = &Entry>)> {
        self.streams.iter().map(|(name, numbers)| (name, self.pick(numbers)))
    }

    /// The events of a stream, in order of version.
    pub(in crate::store) fn stream(&self, stream: &StreamName) -> impl Iterator<Item = &Entry> {
        self.pick(self.streams.get(stream).map_or(&[], |numbers| numbers))
    }

    /// The events of a stream after version `after`, in order.
    pub(in crate::store) fn stream_after(
        &self,
        stream: &StreamName,
        after: u64,
    ) -> impl Iterator<Item = &Entry> {
        let numbers = self.streams.get(stream).map_or(&[][..], |numbers| numbers);
        let start = numbers.partition_point(|&n| self.entries[n as usize].version <= after);
        self.pick(&numbers[start..])
    }

    /// The last event of a stream.
    pub(in crate::store) fn stream_head(&self, stream: &StreamName) -> Option<Head> {
        let last = *self.streams.get(stream)?.last()?;
        let last = &self.entries[last as usize];
        Some(Head { number: last.version, cid: last.cid })
    }

    fn pick<'a>(&'a self, numbers: &'a [u32]) -> impl Iterator<Item = &'a Entry> {
        numbers.iter().map(|&number| &self.entries[number as usize])
    }

    /// The event with this CID.
    pub(in crate::store) fn find(&self, cid: &EventCid) -> Option<Spot> {
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
    pub(in crate::store) fn lookup(
        &self,
        question: &Question,
        after: u64,
        limit: usize,
    ) -> Vec<Spot> {
        if let (Some(numbers), Question::Correlation(id)) = (&self.by_correlation, question) {
            let of = |number: &u32| self.entries[*number as usize].correlation;
            let start = numbers.partition_point(|number| of(number) < *id);
            let entries = self.pick(&numbers[start..]).take_while(|entry| entry.correlation == *id);
            let spots = entries.map(|entry| entry.spot).filter(|spot| spot.position > after);
            return spots.take(limit).collect();
        }
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
    pub(in crate::store) fn kind(&self, entry: &Entry) -> &str {
        &self.kinds[entry.kind as usize]
    }
}

/// A [`Lookup`] in the units of the index.
#[derive(Debug)]
pub(in crate::store) enum Question {
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
