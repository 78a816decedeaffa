//! Brings sealed segments into the index on disk.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::db::{Db, Indexed, Layout, Trouble, key};
use super::posting::{put, put_signed};
use super::recent::{Entry, Recent};
use crate::cid::EventCid;
use crate::store::Head;
use crate::subject::StreamName;

/// Adds whole segments to the index: all of them, or nothing.
pub(in crate::store) fn ingest(db: &Db, segments: &[&Recent]) -> Result<(), Trouble> {
    let ingest = || {
        let Layout { chunk, streams: with_streams } = db.layout;
        let mut ingestion = db.entries.start_ingestion()?;
        let mut write = |key: &[u8], value| ingestion.write(key, value);
        let mut to = Sorted { write: &mut write, last: Vec::new() };
        // In the order of the tags.
        cids(&mut to, segments)?;
        known_segments(&mut to, segments)?;
        if with_streams {
            heads(&mut to, segments)?;
        }
        chunks(&mut to, segments, chunk)?;
        correlations(&mut to, segments)?;
        if with_streams {
            streams(&mut to, segments)?;
        }
        event_types(&mut to, segments)?;
        Ok(ingestion.finish()?)
    };
    // A worker of fjall that ran into a full disk leaves locks behind that panic.
    catch_unwind(AssertUnwindSafe(ingest)).unwrap_or(Err(Trouble::Entry("a poisoned database")))
}

/// Entries on their way into the index.
struct Sorted<'a> {
    write: &'a mut dyn FnMut(&[u8], fjall::UserValue) -> fjall::Result<()>,
    last: Vec<u8>,
}

impl Sorted<'_> {
    /// Adds an entry. One whose key was there already, as only a log that was tampered with could
    /// bring, is passed over: fjall would panic.
    fn write(&mut self, key: Vec<u8>, value: impl Into<fjall::UserValue>) -> Result<(), Trouble> {
        if key <= self.last {
            return Ok(());
        }
        (self.write)(&key, value.into())?;
        self.last = key;
        Ok(())
    }
}

fn cids(to: &mut Sorted<'_>, segments: &[&Recent]) -> Result<(), Trouble> {
    let entries = segments.iter().flat_map(|segment| segment.entries());
    let mut cids: Vec<(EventCid, u64)> = entries.map(|e| (e.cid, e.spot.position)).collect();
    cids.sort_unstable();
    for (cid, position) in cids {
        to.write(key::cid(&cid), position.to_be_bytes())?;
    }
    Ok(())
}

fn known_segments(to: &mut Sorted<'_>, segments: &[&Recent]) -> Result<(), Trouble> {
    for segment in segments {
        let known = Indexed::of(segment);
        to.write(key::segment(known.first), known.encode())?;
    }
    Ok(())
}

fn heads(to: &mut Sorted<'_>, segments: &[&Recent]) -> Result<(), Trouble> {
    let mut heads: BTreeMap<&StreamName, Head> = BTreeMap::new();
    for segment in segments {
        for (name, events) in segment.streams() {
            if let Some(last) = events.last() {
                heads.insert(name, Head { number: last.version, cid: last.cid });
            }
        }
    }
    for (name, head) in heads {
        let mut value = Vec::with_capacity(8 + EventCid::LEN);
        value.extend_from_slice(&head.number.to_be_bytes());
        value.extend_from_slice(&head.cid.to_bytes());
        to.write(key::head(name), value)?;
    }
    Ok(())
}

fn chunks(to: &mut Sorted<'_>, segments: &[&Recent], width: u64) -> Result<(), Trouble> {
    for segment in segments {
        let first = segment.first();
        let number = |entry: &Entry| (entry.spot.position - first) / width;
        for chunk in segment.entries().chunk_by(|a, b| number(a) == number(b)) {
            let Some(start) = chunk.first() else { continue };
            let mut value = Vec::with_capacity(chunk.len() * 7);
            let (mut position, mut at, mut end) = (first, 0, 0);
            for entry in chunk {
                put(&mut value, entry.spot.position - position);
                put(&mut value, u64::from(entry.spot.offset - end));
                put(&mut value, u64::from(entry.spot.len));
                put_signed(&mut value, entry.at.wrapping_sub(at));
                (position, at) = (entry.spot.position, entry.at);
                end = entry.spot.offset + entry.spot.len;
            }
            to.write(key::chunk(first, number(start)), value)?;
        }
    }
    Ok(())
}

fn correlations(to: &mut Sorted<'_>, segments: &[&Recent]) -> Result<(), Trouble> {
    let mut positions = Vec::new();
    for segment in segments {
        let first = segment.first();
        let entries = segment.entries().iter();
        positions.extend(entries.map(|e| (e.correlation, first, e.spot.position)));
    }
    positions.sort_unstable();
    for group in positions.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (id, segment, _) = group[0];
        let value = packed(segment, group.iter().map(|(_, _, position)| *position));
        to.write(key::correlation(&id, segment), value)?;
    }
    Ok(())
}

fn streams(to: &mut Sorted<'_>, segments: &[&Recent]) -> Result<(), Trouble> {
    let mut names = Vec::new();
    for segment in segments {
        names.extend(segment.streams().map(|(name, _)| (name, *segment)));
    }
    names.sort_unstable_by_key(|(name, segment)| (*name, segment.first()));
    for (name, segment) in names {
        let mut value = Vec::new();
        let (mut position, mut version, mut end) = (segment.first(), 0, 0);
        for entry in segment.stream(name) {
            put(&mut value, entry.spot.position - position);
            put(&mut value, entry.version - version);
            put(&mut value, u64::from(entry.spot.offset - end));
            put(&mut value, u64::from(entry.spot.len));
            (position, version) = (entry.spot.position, entry.version);
            end = entry.spot.offset + entry.spot.len;
        }
        to.write(key::stream_in(name, segment.first()), value)?;
    }
    Ok(())
}

fn event_types(to: &mut Sorted<'_>, segments: &[&Recent]) -> Result<(), Trouble> {
    let mut positions: BTreeMap<Vec<u8>, (u64, Vec<u64>)> = BTreeMap::new();
    for segment in segments {
        let mut by_kind: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for entry in segment.entries() {
            by_kind.entry(segment.kind(entry)).or_default().push(entry.spot.position);
        }
        for (name, found) in by_kind {
            positions.insert(key::event_type(name, segment.first()), (segment.first(), found));
        }
    }
    for (key, (segment, found)) in positions {
        to.write(key, packed(segment, found.into_iter()))?;
    }
    Ok(())
}

/// Ascending positions in the segment `segment`, as [`Db`] reads them.
fn packed(segment: u64, positions: impl Iterator<Item = u64>) -> Vec<u8> {
    let mut value = Vec::new();
    let mut before = segment;
    for position in positions {
        put(&mut value, position - before);
        before = position;
    }
    value
}

impl Indexed {
    /// What the index knows of a segment.
    pub(in crate::store) fn of(segment: &Recent) -> Self {
        let entries = segment.entries();
        let times = entries.iter().map(|entry| entry.at);
        Self {
            first: segment.first(),
            next: segment.next(),
            end: segment.end(),
            last: entries.last().map(|last| (last.cid, last.spot)),
            times: (times.clone().min().unwrap_or(i64::MAX), times.max().unwrap_or(i64::MIN)),
        }
    }
}
