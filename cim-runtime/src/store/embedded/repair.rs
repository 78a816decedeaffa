//! Mends a damaged store as far as that can be done without inventing anything.

use std::fs::{self, File};
use std::io::Write as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rustc_hash::FxHashMap;

use super::EmbeddedStore;
use super::head::{HeadFile, Remembered};
use super::mark::Mark;
use super::recovery::{Ending, cut_torn_end, place, sealed_damage};
use super::scan::{Bad, Placed, Scan, scan};
use super::segment;
use crate::car::{self, Section};
use crate::envelope::Envelope;
use crate::store::lock::Lock;
use crate::store::trouble::io_error;
use crate::store::{Head, StoreError, StoreErrorKind};
use crate::subject::StreamName;

/// What [`repair`] has kept, and what it could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepairReport {
    /// How many events the store holds now.
    pub kept: u64,
    /// The positions that are empty since this repair, in order. None: nothing was damaged.
    pub lost: Vec<Lost>,
    /// The damaged files as they were, under their new names.
    pub set_aside: Vec<PathBuf>,
}

/// Positions that are empty since a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The positions.
    pub positions: RangeInclusive<u64>,
    /// The stream of the events, when it is known: the events are sound, but one before them in
    /// their stream is lost.
    pub stream: Option<StreamName>,
    /// Why they are lost, and where they stood.
    pub reason: String,
}

/// Mends the store in the directory `path`, which must not be open.
///
/// Every sound commit is kept that forms an unbroken chain with what is kept of its stream before
/// it; what is behind a lost event in the same stream is lost with it, because nothing could be
/// folded from it. Other streams are not concerned. Every event keeps its position; those of lost
/// events stay empty for good, also those that the store had answered for behind the log's end.
///
/// A segment that has to be changed is written anew, and the one it replaces is set aside as
/// `….car.damaged` beside it. Nothing is deleted but the index, which the next open builds again,
/// and the snapshots in it. Repairing a sound store changes nothing.
///
/// # Errors
///
/// [`StoreErrorKind::Locked`] when the store is open, and the errors of the disk. A repair that was
/// interrupted can be run again.
pub fn repair(path: impl AsRef<Path>) -> Result<RepairReport, StoreError> {
    let dir = path.as_ref();
    let log = dir.join("log");
    if !log.is_dir() {
        return Err(StoreError::new(
            StoreErrorKind::Invalid,
            format!("there is no store in {}: name the directory that holds `log/`", dir.display()),
        ));
    }
    let lock = Lock::take(dir)?;
    let head_file = HeadFile::open(dir)?;
    let remembered = head_file.read();
    let mut mend = Mend {
        log,
        store: remembered.map(|remembered| remembered.store),
        next: 1,
        streams: FxHashMap::default(),
        head: None,
        report: RepairReport { kept: 0, lost: Vec::new(), set_aside: Vec::new() },
    };
    let answered = remembered.map_or(0, |remembered| remembered.head.number);
    mend.segments(answered)?;
    let changed = !mend.report.lost.is_empty() || !mend.report.set_aside.is_empty();
    let head_differs = mend.head != remembered.map(|remembered| remembered.head);
    if changed || head_differs {
        forget(dir, &head_file, mend.store, mend.head)?;
    }
    drop(lock);
    // The proof: it opens, and finds nothing that is wrong.
    match EmbeddedStore::open(dir)?.read_only() {
        None => Ok(mend.report),
        Some(broken) => Err(broken),
    }
}

/// Throws away what was concluded from the damaged log, and remembers its new head.
fn forget(
    dir: &Path,
    head_file: &HeadFile,
    store: Option<u64>,
    head: Option<Head>,
) -> Result<(), StoreError> {
    let index = dir.join("index");
    match fs::remove_dir_all(&index) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(io_error("remove", &index, &error));
        }
        _ => {}
    }
    head_file.clear()?;
    if let (Some(store), Some(head)) = (store, head) {
        head_file.write(&Remembered { store, head })?;
    }
    head_file.sync()
}

/// The log, mended up to somewhere.
struct Mend {
    log: PathBuf,
    store: Option<u64>,
    /// The position that comes next.
    next: u64,
    /// What is kept of each stream.
    streams: FxHashMap<StreamName, Head>,
    /// The last event that is kept.
    head: Option<Head>,
    report: RepairReport,
}

/// A segment as it will be.
#[derive(Default)]
struct Mended {
    bytes: Vec<u8>,
    group: Vec<u8>,
    group_first: u64,
    group_count: u64,
}

impl Mend {
    fn segments(&mut self, answered: u64) -> Result<(), StoreError> {
        let segments = segment::list(&self.log)?;
        for (i, &first) in segments.iter().enumerate() {
            if first > self.next {
                let reason = "the segment that held them is missing".to_owned();
                self.gap_segment(first, reason)?;
            }
            self.segment(first, segments.get(i + 1).copied(), answered)?;
        }
        if answered >= self.next {
            let reason = "the store had answered for them, and the log ends before".to_owned();
            self.gap_segment(answered + 1, reason)?;
        }
        Ok(())
    }

    /// Mends the segment that begins at `first`; `behind` is where the next one begins.
    fn segment(
        &mut self,
        first: u64,
        behind: Option<u64>,
        answered: u64,
    ) -> Result<(), StoreError> {
        let path = segment::path(&self.log, first);
        let bytes = fs::read(&path).map_err(|error| io_error("read", &path, &error))?;
        let mut scan = scan(&Bytes::from(bytes), first, self.store);
        self.store = self.store.or(scan.store);
        let mut broken = match behind {
            Some(_) => !sealed_damage(&path, &scan).is_empty(),
            None => cut_torn_end(&mut scan, first, answered) == Ending::Damaged,
        };
        broken |= first < self.next;
        let end = behind.unwrap_or_else(|| scan.next.max(if broken { answered + 1 } else { 0 }));
        let bad = std::mem::take(&mut scan.bad);
        let lost_before = self.report.lost.len();
        let mended = self.keep(&path, scan, &bad, end.max(self.next));
        if broken || self.report.lost.len() > lost_before {
            self.replace(first, &mended)?;
        }
        Ok(())
    }

    /// Chooses what is kept of a segment that must reach up to position `end - 1`.
    fn keep(&mut self, path: &Path, scan: Scan, bad: &[Bad], end: u64) -> Mended {
        let mut mended = Mended { bytes: car::header(&[]), ..Mended::default() };
        for group in scan.groups {
            if group.mark.len == 0 && group.mark.first == self.next {
                // A gap that an earlier repair has stated.
                self.gap(&mut mended, group.mark.next());
                continue;
            }
            for placed in &group.commits {
                self.keep_commit(&mut mended, path, placed, bad);
            }
        }
        for placed in &scan.unmarked {
            let fits = placed
                .position
                .is_some_and(|position| position + placed.commit.events().len() as u64 <= end);
            if fits {
                self.keep_commit(&mut mended, path, placed, bad);
            }
        }
        if end > self.next {
            self.lose(end, None, reason(path, bad, self.next));
            self.gap(&mut mended, end);
        }
        mended.end_group(self.store);
        mended
    }

    fn keep_commit(&mut self, mended: &mut Mended, path: &Path, placed: &Placed, bad: &[Bad]) {
        let Some(position) = placed.position.filter(|position| *position >= self.next) else {
            return;
        };
        if position > self.next {
            self.lose(position, None, reason(path, bad, self.next));
            self.gap(mended, position);
        }
        let commit = &placed.commit;
        let count = commit.events().len() as u64;
        let before = self.streams.get(commit.stream());
        let expected = before.map_or(0, |head| head.number);
        let follows =
            expected == commit.expected() && prev(commit.sections()) == before.map(|head| head.cid);
        if !follows {
            let reason = format!(
                "{}: version {} of {} does not follow version {expected}, the last that is kept",
                place(path, placed.at),
                commit.expected() + 1,
                commit.stream()
            );
            self.lose(position + count, Some(commit.stream().clone()), reason);
            self.gap(mended, position + count);
            return;
        }
        mended.push(placed, position, count);
        let cid = commit.head();
        self.streams.insert(commit.stream().clone(), Head { number: commit.version(), cid });
        self.next = position + count;
        self.head = Some(Head { number: self.next - 1, cid });
        self.report.kept += count;
    }

    /// Notes that everything from the next position up to `end - 1` is lost.
    fn lose(&mut self, end: u64, stream: Option<StreamName>, reason: String) {
        self.report.lost.push(Lost { positions: self.next..=end - 1, stream, reason });
    }

    /// Leaves the positions up to `end - 1` empty.
    fn gap(&mut self, mended: &mut Mended, end: u64) {
        mended.end_group(self.store);
        self.mark_gap(&mut mended.bytes, end);
    }

    fn mark_gap(&mut self, bytes: &mut Vec<u8>, end: u64) {
        let store = *self.store.get_or_insert_with(rand::random);
        Mark { store, len: 0, count: end - self.next, first: self.next }.push(bytes);
        self.next = end;
    }

    /// A segment of empty positions, in the place of one that is not there.
    fn gap_segment(&mut self, end: u64, reason: String) -> Result<(), StoreError> {
        let first = self.next;
        self.lose(end, None, reason);
        let mut mended = Mended { bytes: car::header(&[]), ..Mended::default() };
        self.gap(&mut mended, end);
        self.replace(first, &mended)
    }

    /// Puts a mended segment in the place of the damaged one, which is set aside.
    fn replace(&mut self, first: u64, mended: &Mended) -> Result<(), StoreError> {
        let path = segment::path(&self.log, first);
        let new = path.with_extension("car.repaired");
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(&mended.bytes)?;
            file.sync_all()
        };
        write().map_err(|error| io_error("write", &new, &error))?;
        if path.exists() {
            let aside = free_name(&path);
            let link = fs::hard_link(&path, &aside).or_else(|_| fs::copy(&path, &aside).map(drop));
            link.map_err(|error| io_error("set aside", &path, &error))?;
            self.report.set_aside.push(aside);
        }
        fs::rename(&new, &path).map_err(|error| io_error("replace", &path, &error))?;
        segment::sync_dir(&self.log)
    }
}

impl Mended {
    fn push(&mut self, placed: &Placed, position: u64, count: u64) {
        if self.group.is_empty() {
            self.group_first = position;
        }
        self.group.extend_from_slice(placed.commit.sections());
        self.group_count += count;
    }

    fn end_group(&mut self, store: Option<u64>) {
        if self.group.is_empty() {
            return;
        }
        let mark = Mark {
            store: store.unwrap_or_default(),
            len: self.group.len() as u64,
            count: self.group_count,
            first: self.group_first,
        };
        self.bytes.append(&mut self.group);
        mark.push(&mut self.bytes);
        self.group_count = 0;
    }
}

/// What the first event of these sections links.
fn prev(sections: &[u8]) -> Option<crate::EventCid> {
    let section = Section::read(sections, 0).ok()?;
    Envelope::decode(section.block).ok()?.prev
}

/// Why the events from `position` on are lost.
fn reason(path: &Path, bad: &[Bad], position: u64) -> String {
    let mut latest = bad.iter().rev();
    let before = latest.find(|bad| bad.position.is_none_or(|at| at <= position));
    match before.or(bad.first()) {
        Some(bad) => format!("{}: {}", place(path, bad.at), bad.problem),
        None => format!("{}: the file ends before them", path.display()),
    }
}

/// A name beside `path` that no file has.
fn free_name(path: &Path) -> PathBuf {
    let first = path.with_extension("car.damaged");
    let others = (2..).map(|n| path.with_extension(format!("car.damaged-{n}")));
    std::iter::once(first).chain(others).find(|path| !path.exists()).unwrap_or_default()
}
