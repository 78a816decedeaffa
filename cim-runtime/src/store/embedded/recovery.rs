//! What is true after a crash: reads the log when it is opened, and the index when it is lost.
//!
//! A group that the store has answered for has its mark on the disk. So what stands behind the
//! last sound mark was never answered for, and is cut; and a last group with a bad place in it was
//! torn when the power went, unless the remembered head says that it had been answered for. Every
//! other bad place is damage: nothing is cut then, and the store is read-only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, RwLock};

use bytes::Bytes;

use super::content::Content;
use super::head::{HeadFile, Remembered};
use super::scan::{Bad, Scan, scan};
use super::segment;
use crate::car::{self, Section};
use crate::cid::EventCid;
use crate::store::index::Recent;
use crate::store::index::View;
use crate::store::index::ingest;
use crate::store::index::{Index, Indexed, Trouble};
use crate::store::trouble::io_error;
use crate::store::{Damage, Head, StoreError};

/// So many events go into the index at a time.
const AT_ONCE: usize = 300_000;

/// What was found.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) store: u64,
    pub(super) view: View,
    pub(super) head_file: HeadFile,
    pub(super) damage: Vec<Damage>,
    /// Where writing goes on, unless there is damage.
    pub(super) active: Option<Active>,
}

/// The end of the log.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) file: File,
    /// Where the next group goes.
    pub(super) at: u64,
    /// How far the file is filled with zeros.
    pub(super) filled: u64,
    /// The position of the next event.
    pub(super) next: u64,
}

/// Reads the log in `log` of the store in `dir`.
pub(super) fn recover(dir: &Path, log: &Path, index: &Index) -> Result<Recovered, StoreError> {
    let head_file = HeadFile::open(dir)?;
    let remembered = head_file.read();
    let segments = segment::list(log)?;
    let mut walk = Walk {
        log,
        store: remembered.map(|remembered| remembered.store),
        answered: remembered.map_or(0, |remembered| remembered.head.number),
        next: 1,
        head: None,
        view: View::default(),
        damage: Vec::new(),
        fresh: Vec::new(),
        index_is_behind: false,
        unsealed: Vec::new(),
        end: None,
    };
    let mut known = trusted(log, index, &segments)?;
    if let (None, Some((&first, _))) = (walk.store, known.first_key_value()) {
        // Of the segments that the index knows no mark is read, and the others may have none.
        walk.scan(first)?;
    }
    for (i, &first) in segments.iter().enumerate() {
        walk.no_gap_before(first);
        match (segments.get(i + 1), known.remove(&first)) {
            (Some(_), Some(known)) => walk.known(known),
            (Some(&next), None) => walk.sealed(first, next)?,
            (None, _) => walk.active(first)?,
        }
        if walk.fresh.iter().map(|recent| recent.entries().len()).sum::<usize>() > AT_ONCE {
            walk.ingest(index);
        }
    }
    walk.ingest(index);
    if let Some(remembered) = remembered {
        walk.compare_head(index, &remembered)?;
    }
    walk.finish(head_file)
}

/// The segments that the index holds, if they are the first of the log; an index that holds
/// anything else, or nothing, begins anew: what is wrong with it might come to light later.
///
/// That no segment is left out is more than tidiness: a stream's head in the index is that of the
/// segment that came in last.
fn trusted(
    log: &Path,
    index: &Index,
    segments: &[u64],
) -> Result<BTreeMap<u64, Indexed>, StoreError> {
    let (known, age) = index.ask(|db| db.segments());
    let sealed = &segments[..segments.len().saturating_sub(1)];
    match known {
        Ok(known) if known.is_empty() && sealed.is_empty() => Ok(BTreeMap::new()),
        Ok(known)
            if !known.is_empty()
                && known
                    .iter()
                    .map(|known| known.first)
                    .eq(sealed.iter().copied().take(known.len()))
                && known.iter().all(|known| is_sealed(log, known)) =>
        {
            Ok(known.into_iter().map(|known| (known.first, known)).collect())
        }
        _ => {
            index.rebuild(age, |_| Ok(()))?;
            Ok(BTreeMap::new())
        }
    }
}

/// Whether a sealed segment is the one that the index knows: it shows the same last event at the
/// same place.
fn is_sealed(log: &Path, known: &Indexed) -> bool {
    let shows = || -> std::io::Result<bool> {
        let file = File::open(segment::path(log, known.first))?;
        if file.metadata()?.len() < known.end {
            return Ok(false);
        }
        let Some((cid, spot)) = &known.last else { return Ok(true) };
        Ok(cid_at(&file, spot.offset.into(), spot.len)? == Some(*cid))
    };
    shows().unwrap_or(false)
}

/// The CID of the section at this place.
fn cid_at(file: &File, offset: u64, len: u32) -> std::io::Result<Option<EventCid>> {
    let mut bytes = vec![0; len as usize];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(Section::read(&bytes, offset).ok().map(|section| section.cid))
}

/// The log, read up to somewhere.
struct Walk<'a> {
    log: &'a Path,
    store: Option<u64>,
    /// The position of the remembered head.
    answered: u64,
    /// The position that must come next.
    next: u64,
    /// The last event so far.
    head: Option<Head>,
    view: View,
    damage: Vec<Damage>,
    /// Sound segments that the index does not hold yet.
    fresh: Vec<Recent>,
    /// Whether the index has refused a segment: it gets none that come later, either.
    index_is_behind: bool,
    /// Sound segments with the length that they should be cut to.
    unsealed: Vec<(u64, u64)>,
    /// The last segment: where it ends, and how long and how filled its file is.
    end: Option<End>,
}

/// How the last segment's file was found.
struct End {
    first: u64,
    at: u64,
    len: u64,
    used: u64,
    has_header: bool,
}

impl Walk<'_> {
    fn no_gap_before(&mut self, first: u64) {
        if first == self.next {
            return;
        }
        let problem = match first > self.next {
            true => format!("positions {} to {} are missing", self.next, first - 1),
            false => format!("the segment before it holds position {} already", self.next - 1),
        };
        let place = place(&segment::path(self.log, first), 0);
        let position = Some(self.next.min(first));
        self.damage.push(Damage { place, problem, position, ..Damage::default() });
    }

    fn known(&mut self, known: Indexed) {
        self.next = known.next;
        if let Some((cid, spot)) = known.last {
            self.head = Some(Head { number: spot.position, cid });
        }
        self.view.known.insert(known.first, known);
    }

    fn scan(&mut self, first: u64) -> Result<(Bytes, Scan), StoreError> {
        let path = segment::path(self.log, first);
        let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
        let bytes = Bytes::from(bytes);
        let scan = scan(&bytes, first, self.store);
        self.store = scan.store;
        Ok((bytes, scan))
    }

    /// Reads a segment that has another one behind it.
    fn sealed(&mut self, first: u64, next: u64) -> Result<(), StoreError> {
        let (bytes, scan) = self.scan(first)?;
        let recent = index_of(&scan, first, self.head, u64::MAX);
        self.head = recent.head();
        let damage = self.sealed_damage(first, &scan);
        if damage.is_empty() {
            self.next = scan.next;
            if bytes.len() as u64 > scan.end {
                self.unsealed.push((first, scan.end));
            }
            self.fresh.push(recent);
            return Ok(());
        }
        self.next = next;
        self.damage.extend(damage);
        self.view.memory.insert(first, Arc::new(RwLock::new(recent)));
        Ok(())
    }

    fn sealed_damage(&self, first: u64, scan: &Scan) -> Vec<Damage> {
        sealed_damage(&segment::path(self.log, first), scan)
    }

    /// Reads the segment that was written last.
    fn active(&mut self, first: u64) -> Result<(), StoreError> {
        let (bytes, mut scan) = self.scan(first)?;
        let header = car::header(&[]);
        let has_header = bytes.starts_with(&header);
        if cut_torn_end(&mut scan, first, self.answered) == Ending::Damaged {
            let path = segment::path(self.log, first);
            self.damage.extend(scan.bad.iter().map(|bad| damage_at(&path, bad)));
        }
        let mut recent = index_of(&scan, first, self.head, self.answered);
        recent.close_group(scan.next, scan.end);
        self.head = recent.head();
        self.next = scan.next;
        self.end =
            Some(End { first, at: scan.end, len: bytes.len() as u64, used: scan.used, has_header });
        self.view.memory.insert(first, Arc::new(RwLock::new(recent)));
        Ok(())
    }

    /// Hands sound segments to the index; if it cannot take them, they stay in memory.
    fn ingest(&mut self, index: &Index) {
        let fresh = std::mem::take(&mut self.fresh);
        if fresh.is_empty() {
            return;
        }
        if !self.index_is_behind {
            let segments: Vec<_> = fresh.iter().collect();
            match index.ask(|db| ingest(db, &segments)).0 {
                Ok(()) => {
                    let known = fresh.iter().map(|recent| (recent.first(), Indexed::of(recent)));
                    self.view.known.extend(known);
                    return;
                }
                Err(trouble) => {
                    tracing::warn!(%trouble, "segments stay in memory until the index takes them");
                }
            }
        }
        self.index_is_behind = true;
        let fresh = fresh.into_iter();
        let fresh = fresh.map(|recent| (recent.first(), Arc::new(RwLock::new(recent))));
        self.view.memory.extend(fresh);
    }

    /// Compares the log with the head that was remembered outside of it.
    fn compare_head(&mut self, index: &Index, remembered: &Remembered) -> Result<(), StoreError> {
        let Head { number, cid } = remembered.head;
        let last = self.view.memory.keys().chain(self.view.known.keys()).max().copied();
        let path = segment::path(self.log, last.unwrap_or(1));
        let at = self.end.as_ref().map_or(0, |end| end.at);
        let damage = |problem: String, found| Damage {
            place: place(&path, at),
            problem,
            position: Some(number),
            expected: Some(cid),
            found,
            claim: None,
        };
        if number >= self.next {
            self.damage.push(damage(
                format!(
                    "the log ends at position {}, the store had answered for {number}",
                    self.next - 1
                ),
                None,
            ));
            return Ok(());
        }
        match self.cid_at(index, number)? {
            Some(found) if found != cid => self.damage.push(damage(
                format!("position {number} holds another event than the store had answered for"),
                Some(found),
            )),
            None if self.damage.is_empty() => self.damage.push(damage(
                format!(
                    "the event at position {number}, which the store had answered for, is gone"
                ),
                None,
            )),
            _ => {}
        }
        Ok(())
    }

    fn cid_at(&self, index: &Index, position: u64) -> Result<Option<EventCid>, StoreError> {
        for recent in self.view.memory.values() {
            let recent = crate::store::index::read(recent);
            let entry = recent.entries_after(position - 1).first();
            if let Some(entry) = entry.filter(|entry| entry.spot.position == position) {
                return Ok(Some(entry.cid));
            }
        }
        let known = self.view.known.range(..=position).next_back();
        let Some((&first, known)) = known.filter(|(_, known)| position < known.next) else {
            return Ok(None);
        };
        if let Some((cid, _)) = known.last.filter(|(_, spot)| spot.position == position) {
            return Ok(Some(cid));
        }
        let path = segment::path(self.log, first);
        if let Ok(spots) = index.ask(|db| db.spots(first, &[position])).0
            && let Some(spot) = spots.spots.first()
        {
            let read = || cid_at(&File::open(&path)?, spot.offset.into(), spot.len);
            return read().map_err(|error| io_error("read", &path, &error));
        }
        // An index that cannot answer says nothing about the log.
        let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
        let recent = index_of(&scan(&bytes.into(), first, self.store), first, None, u64::MAX);
        let entry = recent.entries_after(position - 1).first();
        Ok(entry.filter(|entry| entry.spot.position == position).map(|entry| entry.cid))
    }

    /// Brings the log into the shape in which it is written on, unless it is damaged.
    fn finish(mut self, head_file: HeadFile) -> Result<Recovered, StoreError> {
        let store = self.store.unwrap_or_else(rand::random);
        let mut active = None;
        if self.damage.is_empty() {
            for &(first, len) in &self.unsealed {
                segment::seal(&segment::path(self.log, first), len)?;
            }
            active = Some(self.begin()?);
        }
        Ok(Recovered { store, view: self.view, head_file, damage: self.damage, active })
    }

    /// Cuts what was never answered for.
    fn begin(&mut self) -> Result<Active, StoreError> {
        let end = self.end.take().filter(|end| end.has_header);
        let Some(end) = end else {
            // There is no log yet, or no more than the name of its next segment.
            let (file, at) = segment::create(self.log, self.next)?;
            let recent = Recent::new(self.next, self.head);
            self.view.memory.insert(self.next, Arc::new(RwLock::new(recent)));
            return Ok(Active { file, at, filled: at, next: self.next });
        };
        let path = segment::path(self.log, end.first);
        let file = segment::open(&path)?;
        let mut filled = end.len;
        if end.used > end.at {
            // Synced, or a mark that is cut now might come back behind a shorter group.
            let cut = || file.set_len(end.at).and_then(|()| file.sync_all());
            cut().map_err(|error| io_error("cut the torn end of", &path, &error))?;
            filled = end.at;
        }
        Ok(Active { file, at: end.at, filled: filled.max(end.at), next: self.next })
    }
}

/// What the last segment looks like, up to where the store has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Sound,
    Damaged,
}

/// Takes from the last segment what was never answered for, if `answered` is the position of the
/// last event that was.
pub(super) fn cut_torn_end(scan: &mut Scan, first: u64, answered: u64) -> Ending {
    let bad_inside = scan.bad.iter().any(|bad| bad.at < scan.end);
    let tail_answered = answered >= scan.next;
    if tail_answered || bad_inside && !is_torn(scan, answered) {
        if scan.groups.is_empty() {
            scan.end = car::header(&[]).len() as u64;
        }
        return match scan.bad.is_empty() {
            true => Ending::Sound,
            false => Ending::Damaged,
        };
    }
    if bad_inside {
        scan.groups.pop();
    }
    let last = scan.groups.last();
    scan.end = last.map_or(car::header(&[]).len() as u64, |group| group.end);
    scan.next = last.map_or(first, |group| group.mark.next());
    scan.unmarked.clear();
    scan.bad.clear();
    Ending::Sound
}

/// Whether every bad place before the last mark lies in the last group, which had not been
/// answered for.
fn is_torn(scan: &Scan, answered: u64) -> bool {
    let Some(last) = scan.groups.last() else { return true };
    // The header is written with the first group.
    let start = if scan.groups.len() == 1 { 0 } else { last.at };
    let mut inside = scan.bad.iter().filter(|bad| bad.at < scan.end);
    answered < last.mark.first && inside.all(|bad| bad.at >= start)
}

/// The index of a segment, as far as it can be read; events without a mark count up to position
/// `answered`.
fn index_of(scan: &Scan, first: u64, head: Option<Head>, answered: u64) -> Recent {
    let mut recent = Recent::new(first, head);
    for group in &scan.groups {
        for placed in &group.commits {
            if let Some(position) = placed.position {
                recent.push(&placed.commit, position, placed.at);
            }
        }
        recent.close_group(group.mark.next(), group.end);
    }
    for placed in &scan.unmarked {
        let last = placed.position.map(|first| first + placed.commit.events().len() as u64 - 1);
        if let (Some(position), true) = (placed.position, last.is_some_and(|last| last <= answered))
        {
            recent.push(&placed.commit, position, placed.at);
        }
    }
    recent
}

/// The damage of a segment that should be whole.
pub(super) fn sealed_damage(path: &Path, scan: &Scan) -> Vec<Damage> {
    let mut damage: Vec<_> = scan.bad.iter().map(|bad| damage_at(path, bad)).collect();
    if damage.is_empty() && scan.used > scan.end && !scan.unmarked.is_empty() {
        damage.push(Damage {
            place: place(path, scan.used),
            problem: "the mark of the last group is missing".to_owned(),
            position: Some(scan.next),
            ..Damage::default()
        });
    }
    damage
}

/// A bad place of a file, for people.
pub(super) fn damage_at(path: &Path, bad: &Bad) -> Damage {
    Damage {
        place: place(path, bad.at),
        problem: bad.problem.clone(),
        position: bad.position,
        expected: bad.expected,
        found: bad.found,
        claim: bad.claim.clone(),
    }
}

/// A byte of a file, for people.
pub(super) fn place(path: &Path, at: u64) -> String {
    format!("{}, byte {at}", path.display())
}

/// Builds the index on disk anew from the log, unless that has been done since it was `age` old.
pub(super) fn rebuild_index(content: &Content, age: u64) -> Result<(), StoreError> {
    let segments: Vec<u64> = content.view().known.keys().copied().collect();
    let mut damaged = Vec::new();
    content.index.rebuild(age, |db| {
        for &first in &segments {
            let path = content.files.path(first);
            let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
            let scan = scan(&bytes.into(), first, Some(content.store));
            let recent = index_of(&scan, first, None, u64::MAX);
            let damage = sealed_damage(&path, &scan);
            if damage.is_empty() {
                let ingested = ingest(db, &[&recent]);
                ingested.map_err(|trouble: Trouble| trouble.error(content.index.dir()))?;
            } else {
                damaged.push((first, recent, damage));
            }
        }
        Ok(())
    })?;
    for (first, recent, damage) in damaged {
        content.add_damage(damage);
        let mut view = content.view_mut();
        view.known.remove(&first);
        view.memory.insert(first, Arc::new(RwLock::new(recent)));
    }
    Ok(())
}
