//! What was seen of the stream, in runs of messages.
//!
//! The run that is being read is in memory; one that is full goes to the disk, if the index has a
//! place there. So after a restart only what came after the last full run is read again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::folder::Folder;
use crate::cid::EventCid;
use crate::store::index::{
    Index, Indexed, Layout, Question, Recent, Seen, SharedRecent, Source, Spot, Trouble, View,
    ingest, read,
};
use crate::store::jetstream::message::Message;
use crate::store::jetstream::wire;
use crate::store::{StoreError, trouble};

/// How many events a run has before it is full. Those of a run in memory that have a correlation are
/// found by looking at all.
const RUN: usize = 16_384;

/// What is on disk: positions are far apart, as each message has 65,536 of them.
const LAYOUT: Layout = Layout { chunk: 256 * wire::POSITIONS, streams: false };

/// How much of what is on disk is kept in memory.
const CACHE: u64 = 16 << 20;

/// The runs.
pub(super) struct Runs {
    disk: Option<Disk>,
    view: RwLock<View>,
}

struct Disk {
    index: Index,
    folder: Mutex<Option<Folder>>,
    identity: String,
}

/// Where the index ends: its last event, and the sequence behind its last message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) next: u64,
    pub(super) last: Option<(EventCid, u64)>,
}

impl Runs {
    /// Runs that stay in memory.
    pub(super) fn in_memory() -> Self {
        Self { disk: None, view: RwLock::new(starting(1)) }
    }

    /// Runs in a folder of `base`, which has what was seen of the stream before.
    pub(super) fn on_disk(base: &Path, stream: &str, identity: &str) -> Result<Self, StoreError> {
        let folder = Folder::take(base, stream)?;
        let index = Index::open(folder.index(), CACHE, LAYOUT)?;
        let identity = identity.to_owned();
        let (known, age) = index.ask(|db| db.segments());
        let known = known.ok().filter(|known| folder.is_of(&identity) && is_whole(known));
        let view = match known {
            Some(known) => {
                let next = known.last().map_or(1, |last| last.next);
                let known = known.into_iter().map(|known| (known.first, known));
                View { known: known.collect(), ..starting(next) }
            }
            None => {
                index.rebuild(age, |_| Ok(()))?;
                folder.set(&identity)?;
                starting(1)
            }
        };
        let disk = Disk { index, folder: Mutex::new(Some(folder)), identity };
        Ok(Self { disk: Some(disk), view: RwLock::new(view) })
    }

    pub(super) fn is_on_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// Where it ends.
    pub(super) fn end(&self) -> End {
        let view = self.view();
        let next = view.memory.last_key_value().map_or(1, |(_, recent)| read(recent).next());
        let known = view.known.last_key_value().and_then(|(_, known)| known.last);
        End { next: wire::place(next - 1).0, last: known.map(|(cid, spot)| (cid, spot.position)) }
    }

    /// Takes a message in, and says whether a run is full.
    pub(super) fn take(&self, message: &Message) -> bool {
        let view = self.view();
        let Some((_, recent)) = view.memory.last_key_value() else { return false };
        let mut recent = recent.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = add(&mut recent, message) {
            // The store names it as damage; all others are to be found.
            tracing::warn!(%error, "a message is not indexed");
        }
        recent.close_group(wire::position(message.sequence + 1, 1), 0);
        recent.entries().len() >= RUN
    }

    /// Begins a new run behind the full one.
    pub(super) fn turn(&self) {
        let mut view = self.view_mut();
        let Some((_, full)) = view.memory.last_key_value() else { return };
        let next = {
            let mut full = full.write().unwrap_or_else(PoisonError::into_inner);
            if self.disk.is_none() {
                full.sort();
            }
            full.next()
        };
        view.memory.insert(next, empty(next));
    }

    /// How many full runs are to go to the disk.
    pub(super) fn waiting(&self) -> usize {
        match self.disk {
            Some(_) => self.view().memory.len() - 1,
            None => 0,
        }
    }

    /// Moves the full runs to the disk.
    pub(super) fn store(&self) -> Result<(), Trouble> {
        let Some(disk) = &self.disk else { return Ok(()) };
        let shared: Vec<SharedRecent> = self.view().memory.values().cloned().collect();
        let Some((_, full)) = shared.split_last() else { return Ok(()) };
        let full: Vec<_> = full.iter().map(read).collect();
        let all: Vec<_> = full.iter().map(|run| &**run).collect();
        disk.index.ask(|db| ingest(db, &all)).0?;
        let mut view = self.view_mut();
        for run in all {
            view.memory.remove(&run.first());
            view.known.insert(run.first(), Indexed::of(run));
        }
        Ok(())
    }

    /// Throws everything away.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        let mut view = self.view_mut();
        if let Some(disk) = &self.disk {
            let folder = disk.folder();
            // Once it is given back, somebody else may have it.
            let folder = folder.as_ref().ok_or_else(trouble::closed)?;
            let (_, age) = disk.index.ask(|_| Ok(()));
            disk.index.rebuild(age, |_| Ok(()))?;
            folder.set(&disk.identity)?;
        }
        *view = starting(1);
        Ok(())
    }

    /// Gives the folder back.
    pub(super) fn close(&self) {
        if let Some(disk) = &self.disk {
            let mut folder = disk.folder();
            disk.index.close();
            *folder = None;
        }
    }

    /// Trouble as an error of the store.
    pub(super) fn error(&self, trouble: &Trouble) -> StoreError {
        let dir = self.disk.as_ref().map_or(Path::new("memory"), |disk| disk.index.dir());
        trouble.error(dir)
    }

    /// The position of an event.
    pub(super) fn find(&self, cid: &EventCid) -> Result<Option<u64>, Trouble> {
        let (memory, is_more) = self.view().split();
        let found = memory.iter().rev().find_map(|(_, recent)| read(recent).find(cid));
        match (found, &self.disk) {
            (None, Some(disk)) if is_more => disk.index.ask(|db| db.find(cid)).0,
            (found, _) => Ok(found.map(|spot| spot.position)),
        }
    }

    /// The positions of up to `limit` events that match, in order.
    pub(super) fn lookup(
        &self,
        question: &Question,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, Trouble> {
        let sources = self.view().sources(after);
        let having = match &self.disk {
            Some(disk) if sources.values().any(|source| matches!(source, Source::Known(_))) => {
                disk.index.ask(|db| db.segments_having(question)).0?
            }
            _ => None,
        };
        let has = |first: &u64| having.as_ref().is_none_or(|all| all.binary_search(first).is_ok());
        let mut found: Vec<Spot> = Vec::new();
        for (first, source) in sources {
            let room = limit - found.len();
            match (source, &self.disk) {
                _ if room == 0 => break,
                (Source::Memory(recent), _) => {
                    found.extend(read(&recent).lookup(question, after, room));
                }
                (Source::Known(known), Some(disk)) if has(&first) => {
                    let asked = disk.index.ask(|db| db.matching(&known, question, after, room));
                    found.extend(asked.0?);
                }
                (Source::Known(_), _) => {}
            }
        }
        Ok(found.into_iter().map(|spot| spot.position).collect())
    }

    // A panic while the lock was held left whole runs behind.
    fn view(&self) -> RwLockReadGuard<'_, View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn view_mut(&self) -> RwLockWriteGuard<'_, View> {
        self.view.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk {
    fn folder(&self) -> MutexGuard<'_, Option<Folder>> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the runs follow each other from the stream's beginning.
fn is_whole(known: &[Indexed]) -> bool {
    let starts = std::iter::once(1).chain(known.iter().map(|known| known.next));
    known.iter().zip(starts).all(|(known, start)| known.first == start && known.next > start)
}

/// Nothing in memory yet; the next message has this position.
fn starting(next: u64) -> View {
    View { memory: BTreeMap::from([(next, empty(next))]), known: BTreeMap::new() }
}

fn empty(next: u64) -> SharedRecent {
    Arc::new(RwLock::new(Recent::new(next, None)))
}

fn add(recent: &mut Recent, message: &Message) -> Result<(), StoreError> {
    for event in message.events()? {
        let envelope = event.envelope().map_err(|error| message.damaged(&error.to_string()))?;
        let spot = Spot { position: event.position, offset: 0, len: 0 };
        let seen = Seen {
            cid: event.cid,
            correlation: envelope.correlation,
            at: envelope.at,
            version: envelope.version,
        };
        recent.push_event(seen, envelope.event_type, spot);
    }
    Ok(())
}
