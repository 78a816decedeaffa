//! What an open store shares between its writer, its readers and the thread that fills the index.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use super::options::EmbeddedOptions;
use super::read::Patience;
use super::segment::Files;
use crate::cid::EventCid;
use crate::store::index::{
    Db, Index, Question, Source, Spot, Spots, Trouble, Versions, View, read,
};
use crate::store::{Damage, Head, StoreError};
use crate::subject::StreamName;

/// An open store.
///
/// No lock of the view is held while the index is asked: the index may rebuild itself, and then
/// changes the view.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) log: PathBuf,
    pub(super) options: EmbeddedOptions,
    /// The store's own number, which its marks carry.
    pub(super) store: u64,
    pub(super) index: Index,
    pub(super) files: Files,
    pub(super) view: RwLock<View>,
    /// The position of the last event.
    pub(super) head: watch::Sender<u64>,
    /// What made the store read-only, in the order in which it was found.
    pub(super) damage: Mutex<Vec<Damage>>,
    /// Whether there is any, for everyone who commits to see at no cost.
    pub(super) is_broken: AtomicBool,
}

/// How far a question may go for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Only what is in memory: nobody waits for a disk.
    Memory,
    /// The index on disk, too.
    Disk,
}

/// The places of events, or `None` when the disk has to be asked.
pub(super) type Gathered = Result<Option<Vec<Spots>>, StoreError>;

impl Content {
    pub(super) fn view(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn view_mut(&self) -> RwLockWriteGuard<'_, View> {
        self.view.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the store is read-only, if it is.
    pub(super) fn broken(&self) -> Option<StoreError> {
        if !self.is_broken.load(Ordering::Acquire) {
            return None;
        }
        let damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        let first = damage.first()?;
        let position = match first.position {
            Some(position) => format!(", position {position}"),
            None => String::new(),
        };
        Some(StoreError::damaged(format!(
            "the store is damaged and read-only: {}{position}: {}; run `cim repair`",
            first.place, first.problem
        )))
    }

    /// Makes the store read-only.
    pub(super) fn add_damage(&self, damage: impl IntoIterator<Item = Damage>) {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner).extend(damage);
        self.is_broken.store(true, Ordering::Release);
    }

    /// The last event of the store.
    pub(super) fn last_event(&self) -> Option<Head> {
        let view = self.view();
        view.memory.last_key_value().and_then(|(_, recent)| read(recent).head())
    }

    /// The last event of a stream, as the writer has to know it.
    pub(super) fn stream_head(&self, stream: &StreamName) -> Result<Option<Head>, StoreError> {
        let on_disk = {
            let view = self.view();
            let heads = view.memory.values().rev();
            if let Some(head) = heads.filter_map(|recent| read(recent).stream_head(stream)).next() {
                return Ok(Some(head));
            }
            !view.known.is_empty()
        };
        if !on_disk {
            return Ok(None);
        }
        self.ask(|db| db.stream_head(stream))
    }

    /// The position and the CID of one event of a stream.
    pub(super) fn event_of(
        &self,
        stream: &StreamName,
        version: u64,
    ) -> Result<Option<Head>, StoreError> {
        for (_, recent) in self.view().split().0 {
            let recent = read(&recent);
            let entry = recent.stream_after(stream, version - 1).next();
            if let Some(entry) = entry.filter(|entry| entry.version == version) {
                return Ok(Some(Head { number: entry.spot.position, cid: entry.cid }));
            }
        }
        let mut spots = self.stream(stream, version - 1, Reach::Disk)?.unwrap_or_default();
        spots.truncate(1);
        if let Some(segment) = spots.first_mut() {
            segment.spots.truncate(1);
        }
        let event =
            self.fetch(&spots, Patience::Disk)?.and_then(|events| events.into_iter().next());
        Ok(event.map(|event| Head { number: event.position, cid: event.cid }))
    }

    /// The places of a stream's events after version `after`.
    pub(super) fn stream(&self, stream: &StreamName, after: u64, reach: Reach) -> Gathered {
        let (memory, on_disk) = self.view().split();
        let mut found: BTreeMap<u64, Versions> = BTreeMap::new();
        for (segment, recent) in &memory {
            let recent = read(recent);
            let events = recent.stream_after(stream, after);
            let events: Vec<_> = events.map(|entry| (entry.version, entry.spot)).collect();
            if !events.is_empty() {
                found.insert(*segment, events);
            }
        }
        let earliest = found.values().next().and_then(|events| events.first());
        let complete = earliest.is_some_and(|(version, _)| *version == after + 1);
        if on_disk && !complete {
            if reach == Reach::Memory {
                // That a stream is new, the index knows from its filters, which are in memory.
                let is_new = found.is_empty() && self.ask(|db| db.stream_head(stream))?.is_none();
                return Ok(is_new.then(Vec::new));
            }
            for (segment, events) in self.ask(|db| db.stream(stream, after))? {
                found.entry(segment).or_insert(events);
            }
        }
        for (expected, (version, spot)) in (after + 1..).zip(found.values().flatten()) {
            if *version != expected {
                return Err(StoreError::damaged(format!(
                    "the events of {stream} from version {expected} to {} are damaged; they stood \
                     before position {}; run `cim repair`",
                    version - 1,
                    spot.position
                )));
            }
        }
        let spots = found.into_iter().map(|(segment, events)| Spots {
            segment,
            spots: events.into_iter().map(|(_, spot)| spot).collect(),
        });
        Ok(Some(spots.collect()))
    }

    /// The places of up to `limit` events after position `after`.
    pub(super) fn all(&self, after: u64, limit: usize, reach: Reach) -> Gathered {
        self.each_segment(after, limit, reach, |source, room| match source {
            Source::Memory(recent) => {
                let recent = read(recent);
                let entries = recent.entries_after(after).iter().take(room);
                Ok(Some(entries.map(|entry| entry.spot).collect()))
            }
            Source::Known(_) if reach == Reach::Memory => Ok(None),
            Source::Known(known) => {
                self.ask(|db| db.chunks(known, after, room, |_| true)).map(Some)
            }
        })
    }

    /// The place of the event with this CID.
    pub(super) fn find(&self, cid: &EventCid, reach: Reach) -> Gathered {
        let (memory, on_disk) = self.view().split();
        for (segment, recent) in &memory {
            if let Some(spot) = read(recent).find(cid) {
                return Ok(Some(vec![Spots { segment: *segment, spots: vec![spot] }]));
            }
        }
        if !on_disk {
            return Ok(Some(Vec::new()));
        }
        if reach == Reach::Memory {
            return Ok(None);
        }
        let Some(position) = self.ask(|db| db.find(cid))? else {
            return Ok(Some(Vec::new()));
        };
        self.at(position).map(|spots| Some(spots.into_iter().collect()))
    }

    /// The place of the event at this position.
    pub(super) fn at(&self, position: u64) -> Result<Option<Spots>, StoreError> {
        let found = self.all(position - 1, 1, Reach::Disk)?.unwrap_or_default();
        let found = found.into_iter().find(|spots| !spots.spots.is_empty());
        Ok(found.filter(|spots| spots.spots[0].position == position))
    }

    /// The places of up to `limit` events that match, after position `after`.
    pub(super) fn lookup(
        &self,
        question: &Question,
        after: u64,
        limit: usize,
        reach: Reach,
    ) -> Gathered {
        let mut having = None;
        self.each_segment(after, limit, reach, |source, room| match source {
            Source::Memory(recent) => Ok(Some(read(recent).lookup(question, after, room))),
            Source::Known(_) if reach == Reach::Memory => Ok(None),
            Source::Known(known) => {
                let having = match &having {
                    Some(having) => having,
                    None => having.insert(self.ask(|db| db.segments_having(question))?),
                };
                let may_have = match having {
                    Some(segments) => segments.binary_search(&known.first).is_ok(),
                    None => true,
                };
                match may_have {
                    true => self.ask(|db| db.matching(known, question, after, room)).map(Some),
                    false => Ok(Some(Vec::new())),
                }
            }
        })
    }

    /// Collects spots segment by segment, from the one that holds what follows `after`.
    fn each_segment(
        &self,
        after: u64,
        limit: usize,
        reach: Reach,
        mut collect: impl FnMut(&Source, usize) -> Result<Option<Vec<Spot>>, StoreError>,
    ) -> Gathered {
        let mut found = Vec::new();
        let mut room = limit;
        for (segment, source) in self.view().sources(after) {
            if room == 0 {
                break;
            }
            let Some(spots) = collect(&source, room)? else {
                debug_assert_eq!(reach, Reach::Memory, "the disk answers whatever is asked of it");
                return Ok(None);
            };
            room -= spots.len().min(room);
            found.push(Spots { segment, spots });
        }
        Ok(Some(found))
    }

    /// Asks the index on disk; one that cannot answer is built again, once.
    pub(super) fn ask<T>(
        &self,
        question: impl Fn(&Db) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        let (asked, age) = self.index.ask(&question);
        let trouble = match asked {
            Ok(answer) => return Ok(answer),
            Err(trouble) => trouble,
        };
        tracing::warn!(dir = %self.index.dir().display(), %trouble, "the index is built anew");
        super::recovery::rebuild_index(self, age)?;
        let (asked, _) = self.index.ask(&question);
        asked.map_err(|trouble| trouble.error(self.index.dir()))
    }
}
