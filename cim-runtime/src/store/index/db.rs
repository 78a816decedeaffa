//! The part of the index that is on disk: what is asked of sealed segments, answered by fjall.
//!
//! It holds nothing that the store does not hold, but for snapshots, which may be lost. Whatever is
//! wrong with it, it is thrown away and built again.
//!
//! | key | value |
//! |---|---|
//! | `C` digest | the event's position |
//! | `G` segment | what is known of the segment: [`Indexed`] |
//! | `H` stream | the version and the digest of its last event |
//! | `P` segment, chunk | the chunk's events: position, offset, length and time of each |
//! | `R` correlation, segment | positions |
//! | `S` stream, 0, segment | position, version, offset and length of each event |
//! | `T` length, type, segment | positions |
//!
//! All of a segment's entries come in at once, sorted, as finished tables.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use bytes::Bytes;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use uuid::Uuid;

use super::posting::{take, take_signed};
use super::spot::{Spot, Spots};
use crate::cid::EventCid;
use crate::opening;
use crate::store::{Head, StoreError, StoreErrorKind};
use crate::subject::StreamName;

/// What an index holds besides what is looked up in all stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Layout {
    /// How many positions a chunk of a segment spans.
    pub(in crate::store) chunk: u64,
    /// Whether it knows the events of each stream.
    pub(in crate::store) streams: bool,
}

/// The index cannot be read or written; the log is not concerned.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum Trouble {
    /// fjall says no.
    #[error("{0:?}")]
    Fjall(#[from] fjall::Error),
    /// What was read makes no sense.
    #[error("the entry of {0} cannot be read")]
    Entry(&'static str),
    /// The index was closed, or could not be opened again.
    #[error("the index is closed")]
    Closed,
}

impl Trouble {
    /// Whether the disk is full.
    pub(in crate::store) fn is_full(&self) -> bool {
        let Trouble::Fjall(error) = self else { return false };
        let mut error: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(cause) = error {
            if cause.downcast_ref::<std::io::Error>().is_some_and(is_full) {
                return true;
            }
            error = cause.source();
        }
        false
    }

    /// The trouble as an error of the store, whose index is in `dir`.
    pub(in crate::store) fn error(&self, dir: &Path) -> StoreError {
        let (kind, remedy) = match self.is_full() {
            true => (StoreErrorKind::Full, "free space"),
            false => (StoreErrorKind::Io, "look at its folder and its disk"),
        };
        let dir = dir.display();
        StoreError::new(
            kind,
            format!(
                "the index in {dir} failed ({self}); no event is lost: {remedy}, then try again"
            ),
        )
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// Events of a stream in one segment: their versions and places, in order.
pub(in crate::store) type Versions = Vec<(u64, Spot)>;

/// A segment that the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Indexed {
    /// The position of the segment's first event.
    pub(in crate::store) first: u64,
    /// The position behind its last.
    pub(in crate::store) next: u64,
    /// Where its last mark ends, which is where its file ends.
    pub(in crate::store) end: u64,
    /// Its last event, if it has any, with the place at which the file must show it.
    pub(in crate::store) last: Option<(EventCid, Spot)>,
    /// The earliest and the latest time, in microseconds.
    pub(in crate::store) times: (i64, i64),
}

/// The index, which may have to be thrown away while the store is open.
#[derive(Debug)]
pub(in crate::store) struct Index {
    dir: PathBuf,
    cache: u64,
    layout: Layout,
    db: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    db: Option<Db>,
    /// How often the index was built anew, so that of many who run into trouble one rebuilds.
    age: u64,
}

/// An open index.
pub(in crate::store) struct Db {
    pub(in crate::store) database: Database,
    pub(in crate::store) entries: Keyspace,
    pub(in crate::store) snapshots: Keyspace,
    pub(in crate::store) layout: Layout,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

impl Index {
    /// Opens the index in `dir`; one that cannot be opened is replaced by an empty one.
    pub(in crate::store) fn open(
        dir: PathBuf,
        cache: u64,
        layout: Layout,
    ) -> Result<Self, StoreError> {
        let db = RwLock::new(Current { db: None, age: 0 });
        let index = Self { dir, cache, layout, db };
        let opened = index.open_db();
        if let Err(trouble) = &opened {
            tracing::warn!(dir = %index.dir.display(), %trouble, "the index is built anew");
            index.rebuild(0, |_| Ok(()))?;
        }
        if let Ok(db) = opened {
            index.current_mut().db = Some(db);
        }
        Ok(index)
    }

    /// Throws away what the index holds and lets `fill` fill it, while all who ask wait; unless
    /// that has been done since the index was `age` old.
    pub(in crate::store) fn rebuild(
        &self,
        age: u64,
        fill: impl FnOnce(&Db) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut current = self.current_mut();
        if current.age != age {
            return Ok(());
        }
        current.db = None;
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(crate::store::trouble::io_error(
                    "clear the index in",
                    &self.dir,
                    &error,
                ));
            }
            _ => {}
        }
        let db = self.open_db().map_err(|trouble| trouble.error(&self.dir))?;
        fill(&db)?;
        current.db = Some(db);
        current.age += 1;
        Ok(())
    }

    /// Waits for those who ask, and closes the index.
    pub(in crate::store) fn close(&self) {
        self.current_mut().db = None;
    }

    /// Asks the index, and says how old it was.
    pub(in crate::store) fn ask<T>(
        &self,
        question: impl FnOnce(&Db) -> Result<T, Trouble>,
    ) -> (Result<T, Trouble>, u64) {
        let current = self.db.read().unwrap_or_else(PoisonError::into_inner);
        match &current.db {
            Some(db) => (question(db), current.age),
            None => (Err(Trouble::Closed), current.age),
        }
    }

    /// Where the index is.
    pub(in crate::store) fn dir(&self) -> &Path {
        &self.dir
    }

    fn current_mut(&self) -> RwLockWriteGuard<'_, Current> {
        self.db.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_db(&self) -> Result<Db, Trouble> {
        let opened = opening::open(|| {
            let database =
                Database::builder(&self.dir).worker_threads(1).cache_size(self.cache).open()?;
            let entries = database.keyspace("entries", KeyspaceCreateOptions::default)?;
            let snapshots = database.keyspace("snapshots", KeyspaceCreateOptions::default)?;
            Ok(Db { database, entries, snapshots, layout: self.layout })
        });
        Ok(opened.ok_or(Trouble::Entry("a damaged database"))??)
    }
}

impl Db {
    /// The segments that the index holds, in order.
    pub(in crate::store) fn segments(&self) -> Result<Vec<Indexed>, Trouble> {
        let mut segments = Vec::new();
        for entry in self.entries.prefix([tag::SEGMENT]) {
            let (_, value) = entry.into_inner()?;
            segments.push(Indexed::decode(&value).ok_or(Trouble::Entry("a segment"))?);
        }
        Ok(segments)
    }

    /// The last event of a stream.
    pub(in crate::store) fn stream_head(
        &self,
        stream: &StreamName,
    ) -> Result<Option<Head>, Trouble> {
        let Some(value) = self.entries.get(key::head(stream))? else {
            return Ok(None);
        };
        let head = || {
            let (number, cid) = value.split_at_checked(8)?;
            let number = u64::from_be_bytes(number.try_into().ok()?);
            Some(Head { number, cid: EventCid::from_bytes(cid).ok()? })
        };
        head().map(Some).ok_or(Trouble::Entry("a stream's head"))
    }

    /// The events of a stream after version `after`, by segment.
    pub(in crate::store) fn stream(
        &self,
        stream: &StreamName,
        after: u64,
    ) -> Result<Vec<(u64, Versions)>, Trouble> {
        let mut segments = Vec::new();
        let prefix = key::stream(stream);
        for entry in self.entries.prefix(&prefix) {
            let (key, value) = entry.into_inner()?;
            // An aggregate's name that was not checked might hold a zero byte.
            if key.len() != prefix.len() + 8 {
                continue;
            }
            let segment = key::segment_at_end(&key).ok_or(Trouble::Entry("a stream"))?;
            let mut events = read_versions(segment, &value).ok_or(Trouble::Entry("a stream"))?;
            events.retain(|(version, _)| *version > after);
            if !events.is_empty() {
                segments.push((segment, events));
            }
        }
        Ok(segments)
    }

    /// The position of the event with this CID.
    pub(in crate::store) fn find(&self, cid: &EventCid) -> Result<Option<u64>, Trouble> {
        let Some(value) = self.entries.get(key::cid(cid))? else {
            return Ok(None);
        };
        let position = <[u8; 8]>::try_from(&value[..]).map_err(|_| Trouble::Entry("a CID"))?;
        Ok(Some(u64::from_be_bytes(position)))
    }

    /// The positions of events with this correlation, in the segment `segment`.
    pub(in crate::store) fn correlation(
        &self,
        id: Uuid,
        segment: u64,
    ) -> Result<Vec<u64>, Trouble> {
        self.positions(&key::correlation(&id, segment), segment)
    }

    /// The segments that have events with this correlation.
    pub(in crate::store) fn correlation_segments(&self, id: Uuid) -> Result<Vec<u64>, Trouble> {
        self.segments_of(&key::correlation_prefix(&id))
    }

    /// The positions of events of this type, in the segment `segment`.
    pub(in crate::store) fn event_type(
        &self,
        name: &str,
        segment: u64,
    ) -> Result<Vec<u64>, Trouble> {
        self.positions(&key::event_type(name, segment), segment)
    }

    /// The segments that have events of this type.
    pub(in crate::store) fn event_type_segments(&self, name: &str) -> Result<Vec<u64>, Trouble> {
        self.segments_of(&key::event_type_prefix(name))
    }

    fn positions(&self, key: &[u8], segment: u64) -> Result<Vec<u64>, Trouble> {
        let Some(value) = self.entries.get(key)? else {
            return Ok(Vec::new());
        };
        let mut rest = &value[..];
        let mut positions = Vec::new();
        let mut position = segment;
        while !rest.is_empty() {
            position += take(&mut rest).ok_or(Trouble::Entry("positions"))?;
            positions.push(position);
        }
        Ok(positions)
    }

    fn segments_of(&self, prefix: &[u8]) -> Result<Vec<u64>, Trouble> {
        let mut segments = Vec::new();
        for entry in self.entries.prefix(prefix) {
            let key = entry.key()?;
            segments.push(key::segment_at_end(&key).ok_or(Trouble::Entry("a segment"))?);
        }
        Ok(segments)
    }

    /// The events of one chunk of a segment, with their times.
    pub(in crate::store) fn chunk(
        &self,
        segment: u64,
        chunk: u64,
    ) -> Result<Vec<(i64, Spot)>, Trouble> {
        match self.entries.get(key::chunk(segment, chunk))? {
            None => Ok(Vec::new()),
            Some(value) => read_chunk(segment, &value).ok_or(Trouble::Entry("a chunk")),
        }
    }

    /// The snapshot of a stream.
    pub(in crate::store) fn snapshot(&self, stream: &StreamName) -> Result<Option<Bytes>, Trouble> {
        let snapshot = self.snapshots.get(stream.as_str())?;
        Ok(snapshot.map(|snapshot| Bytes::copy_from_slice(&snapshot)))
    }

    /// Keeps a snapshot.
    pub(in crate::store) fn keep_snapshot(
        &self,
        stream: &StreamName,
        bytes: &[u8],
    ) -> Result<(), Trouble> {
        self.snapshots.insert(stream.as_str(), bytes)?;
        Ok(self.database.persist(PersistMode::Buffer)?)
    }

    /// The spots of these positions of a segment, which are in order.
    pub(in crate::store) fn spots(
        &self,
        segment: u64,
        positions: &[u64],
    ) -> Result<Spots, Trouble> {
        let mut spots = Vec::with_capacity(positions.len());
        let mut chunk = (u64::MAX, Vec::new());
        for &position in positions {
            let number = (position - segment) / self.layout.chunk;
            if chunk.0 != number {
                chunk = (number, self.chunk(segment, number)?);
            }
            let found = chunk.1.binary_search_by_key(&position, |(_, spot)| spot.position);
            let found = found.map_err(|_| Trouble::Entry("a chunk"))?;
            spots.push(chunk.1[found].1);
        }
        Ok(Spots { segment, spots })
    }
}

fn read_versions(segment: u64, mut rest: &[u8]) -> Option<Versions> {
    let mut events = Vec::new();
    let (mut position, mut version, mut end) = (segment, 0, 0);
    while !rest.is_empty() {
        position += take(&mut rest)?;
        version += take(&mut rest)?;
        let offset = end + u32::try_from(take(&mut rest)?).ok()?;
        let len = u32::try_from(take(&mut rest)?).ok()?;
        end = offset.checked_add(len)?;
        events.push((version, Spot { position, offset, len }));
    }
    Some(events)
}

fn read_chunk(segment: u64, mut rest: &[u8]) -> Option<Vec<(i64, Spot)>> {
    let mut events = Vec::new();
    let (mut position, mut at, mut end) = (segment, 0i64, 0);
    while !rest.is_empty() {
        position += take(&mut rest)?;
        let offset = end + u32::try_from(take(&mut rest)?).ok()?;
        let len = u32::try_from(take(&mut rest)?).ok()?;
        end = offset.checked_add(len)?;
        at = at.wrapping_add(take_signed(&mut rest)?);
        events.push((at, Spot { position, offset, len }));
    }
    Some(events)
}

impl Indexed {
    pub(in crate::store) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        for number in [self.first, self.next, self.end, self.times.0 as u64, self.times.1 as u64] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        if let Some((cid, spot)) = &self.last {
            bytes.extend_from_slice(&spot.position.to_be_bytes());
            bytes.extend_from_slice(&spot.offset.to_be_bytes());
            bytes.extend_from_slice(&spot.len.to_be_bytes());
            bytes.extend_from_slice(&cid.to_bytes());
        }
        bytes
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut number = || {
            let (number, rest) = bytes.split_first_chunk::<8>()?;
            bytes = rest;
            Some(u64::from_be_bytes(*number))
        };
        let (first, next, end) = (number()?, number()?, number()?);
        let times = (number()? as i64, number()? as i64);
        let last = match bytes {
            [] => None,
            _ => {
                let (position, rest) = bytes.split_first_chunk::<8>()?;
                let (offset, rest) = rest.split_first_chunk::<4>()?;
                let (len, rest) = rest.split_first_chunk::<4>()?;
                let spot = Spot {
                    position: u64::from_be_bytes(*position),
                    offset: u32::from_be_bytes(*offset),
                    len: u32::from_be_bytes(*len),
                };
                Some((EventCid::from_bytes(rest).ok()?, spot))
            }
        };
        Some(Self { first, next, end, last, times })
    }
}

/// What a key begins with.
pub(in crate::store) mod tag {
    pub(in crate::store) const CID: u8 = b'C';
    pub(in crate::store) const SEGMENT: u8 = b'G';
    pub(in crate::store) const HEAD: u8 = b'H';
    pub(in crate::store) const CHUNK: u8 = b'P';
    pub(in crate::store) const CORRELATION: u8 = b'R';
    pub(in crate::store) const STREAM: u8 = b'S';
    pub(in crate::store) const EVENT_TYPE: u8 = b'T';
}

/// Every key of the index is made here.
pub(in crate::store) mod key {
    use uuid::Uuid;

    use super::tag;
    use crate::cid::EventCid;
    use crate::subject::StreamName;

    pub(in crate::store) fn cid(cid: &EventCid) -> Vec<u8> {
        join(&[&[tag::CID], cid.digest()])
    }

    pub(in crate::store) fn segment(segment: u64) -> Vec<u8> {
        join(&[&[tag::SEGMENT], &segment.to_be_bytes()])
    }

    pub(in crate::store) fn head(stream: &StreamName) -> Vec<u8> {
        join(&[&[tag::HEAD], stream.as_str().as_bytes()])
    }

    pub(in crate::store) fn chunk(segment: u64, chunk: u64) -> Vec<u8> {
        join(&[&[tag::CHUNK], &segment.to_be_bytes(), &chunk.to_be_bytes()])
    }

    pub(in crate::store) fn correlation_prefix(id: &Uuid) -> Vec<u8> {
        join(&[&[tag::CORRELATION], id.as_bytes()])
    }

    pub(in crate::store) fn correlation(id: &Uuid, segment: u64) -> Vec<u8> {
        join(&[&[tag::CORRELATION], id.as_bytes(), &segment.to_be_bytes()])
    }

    /// A zero byte ends the name, so that no name is the start of another's key.
    pub(in crate::store) fn stream(stream: &StreamName) -> Vec<u8> {
        join(&[&[tag::STREAM], stream.as_str().as_bytes(), &[0]])
    }

    pub(in crate::store) fn stream_in(stream_name: &StreamName, segment: u64) -> Vec<u8> {
        join(&[&stream(stream_name), &segment.to_be_bytes()])
    }

    pub(in crate::store) fn event_type_prefix(name: &str) -> Vec<u8> {
        // A key has its limits; names that Rust would not take as a type's are hashed.
        if name.len() > 512 {
            return join(&[
                &[tag::EVENT_TYPE],
                &[0xff; 4],
                blake3::hash(name.as_bytes()).as_bytes(),
            ]);
        }
        join(&[&[tag::EVENT_TYPE], &(name.len() as u32).to_be_bytes(), name.as_bytes()])
    }

    pub(in crate::store) fn event_type(name: &str, segment: u64) -> Vec<u8> {
        join(&[&event_type_prefix(name), &segment.to_be_bytes()])
    }

    pub(in crate::store) fn segment_at_end(key: &[u8]) -> Option<u64> {
        key.last_chunk::<8>().map(|segment| u64::from_be_bytes(*segment))
    }

    fn join(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }
}
