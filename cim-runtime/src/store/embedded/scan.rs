//! Reads a whole segment, re-hashing every block, and finds its way past what is damaged.

use bytes::Bytes;

use super::mark::Mark;
use crate::car::{self, CarError, Section};
use crate::cid::EventCid;
use crate::commit::{Commit, CommitError};
use crate::store::Claim;

/// What a segment holds.
#[derive(Debug)]
pub(super) struct Scan {
    /// The groups whose marks are sound, in order.
    pub(super) groups: Vec<Group>,
    /// Sound commits that stand behind the last sound mark.
    pub(super) unmarked: Vec<Placed>,
    /// The places that cannot be read, in order.
    pub(super) bad: Vec<Bad>,
    /// Where the last sound mark ends, or the header if there is none.
    pub(super) end: u64,
    /// The position behind the last sound mark.
    pub(super) next: u64,
    /// The length of the file without the zeros at its end.
    pub(super) used: u64,
    /// The store's own number, if any mark or the caller knew it.
    pub(super) store: Option<u64>,
}

/// Commits that were written as one.
#[derive(Debug)]
pub(super) struct Group {
    /// Where the group starts.
    pub(super) at: u64,
    /// Where its mark ends.
    pub(super) end: u64,
    pub(super) mark: Mark,
    /// The sound commits, among them those of a group before whose own mark is lost.
    pub(super) commits: Vec<Placed>,
}

/// A commit, where it stands.
#[derive(Debug)]
pub(super) struct Placed {
    /// The position of its first event; `None` between two damaged places.
    pub(super) position: Option<u64>,
    pub(super) at: u64,
    pub(super) commit: Commit,
}

/// A place that cannot be read.
#[derive(Debug, Clone)]
pub(super) struct Bad {
    pub(super) at: u64,
    /// Where something sound begins again.
    pub(super) end: u64,
    pub(super) problem: String,
    pub(super) position: Option<u64>,
    pub(super) expected: Option<EventCid>,
    pub(super) found: Option<EventCid>,
    pub(super) claim: Option<Claim>,
}

/// Reads the bytes of the segment whose first event has position `first`.
pub(super) fn scan(bytes: &Bytes, first: u64, store: Option<u64>) -> Scan {
    let mut scanner = Scanner::new(bytes, first, store);
    scanner.header();
    while scanner.step() {}
    scanner.finish()
}

struct Scanner<'a> {
    bytes: &'a Bytes,
    /// The bytes without the zeros at the end.
    used: usize,
    at: usize,
    /// The position of the commit at `at`, unless a damaged place lies before it.
    position: Option<u64>,
    pending: Vec<Placed>,
    scan: Scan,
}

/// What stands at a place.
enum Found {
    Commit(Commit),
    Mark(Mark, usize),
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a Bytes, first: u64, store: Option<u64>) -> Self {
        let used = bytes.len() - bytes.iter().rev().take_while(|byte| **byte == 0).count();
        let scan = Scan {
            groups: Vec::new(),
            unmarked: Vec::new(),
            bad: Vec::new(),
            end: 0,
            next: first,
            used: used as u64,
            store,
        };
        Self { bytes, used, at: 0, position: Some(first), pending: Vec::new(), scan }
    }

    fn header(&mut self) {
        let expected = car::header(&[]);
        if self.bytes.starts_with(&expected) {
            self.at = expected.len();
        } else if self.used > 0 {
            self.bad(Bad::new(0, "the header of a CARv1 file is missing or damaged"));
            self.resync();
            return;
        }
        self.scan.end = self.at as u64;
    }

    /// Reads what is next; false at the end.
    fn step(&mut self) -> bool {
        if self.at >= self.used {
            return false;
        }
        match self.read(self.at) {
            Ok(Found::Commit(commit)) => self.commit(commit),
            Ok(Found::Mark(mark, len)) => match self.check(&mark) {
                Ok(()) => self.mark(mark, len),
                Err(problem) => {
                    self.bad(Bad::new(self.at, problem));
                    self.resync();
                }
            },
            Err(bad) => {
                self.bad(*bad);
                self.resync();
            }
        }
        true
    }

    fn commit(&mut self, commit: Commit) {
        let at = self.at as u64;
        self.at += commit.sections().len();
        let position = self.position;
        if let Some(position) = &mut self.position {
            *position += commit.events().len() as u64;
        }
        self.pending.push(Placed { position, at, commit });
    }

    /// Whether a sound mark is where it can be.
    fn check(&self, mark: &Mark) -> Result<(), String> {
        if self.scan.store.is_some_and(|store| store != mark.store) {
            return Err("a group mark of another store stands here".to_owned());
        }
        let start = (self.at as u64).checked_sub(mark.len).filter(|start| *start >= self.scan.end);
        let Some(start) = start else {
            return Err("a group mark announces more bytes than stand before it".to_owned());
        };
        if mark.first < self.scan.next || mark.first.checked_add(mark.count).is_none() {
            return Err(format!(
                "a group begins with position {}, and the one before it ends with {}",
                mark.first,
                self.scan.next - 1
            ));
        }
        let intact = self.position.is_some() && start == self.scan.end;
        if intact && mark.len > 0 && self.position != Some(mark.next()) {
            return Err("a group mark does not count the events that stand before it".to_owned());
        }
        if start == self.scan.end && mark.first != self.scan.next {
            return Err(format!(
                "a group begins with position {}, expected {}",
                mark.first, self.scan.next
            ));
        }
        Ok(())
    }

    fn mark(&mut self, mark: Mark, len: usize) {
        let mark_at = self.at as u64;
        let start = mark_at - mark.len;
        if start > self.scan.end && self.position.is_some() {
            // Commits were read up to here and no place was bad, yet a mark is missing: it would
            // have been written with its group.
            self.bad(Bad {
                position: Some(self.scan.next),
                ..Bad::new(start as usize, "the mark of the group before is missing")
            });
            self.close_bad();
        }
        self.number_backwards(mark_at, mark.next(), start);
        self.number_backwards(start, mark.first, self.scan.end);
        self.scan.store.get_or_insert(mark.store);
        self.at += len;
        self.position = Some(mark.next());
        self.scan.end = self.at as u64;
        self.scan.next = mark.next();
        let commits = std::mem::take(&mut self.pending);
        self.scan.groups.push(Group { at: start, end: self.at as u64, mark, commits });
    }

    /// Gives their positions to the commits that end, one behind the other, at `last_end`, which is
    /// the end of position `next - 1`.
    fn number_backwards(&mut self, last_end: u64, next: u64, down_to: u64) {
        let (mut end, mut next) = (last_end, next);
        for placed in self.pending.iter_mut().rev().skip_while(|placed| placed.at >= last_end) {
            let len = placed.commit.sections().len() as u64;
            let count = placed.commit.events().len() as u64;
            if placed.at + len != end || placed.at < down_to || count >= next {
                return;
            }
            next -= count;
            end = placed.at;
            placed.position = Some(next);
        }
    }

    /// Notes a bad place; it ends where something sound is found.
    fn bad(&mut self, bad: Bad) {
        let position = bad.position.or(self.position);
        self.scan.bad.push(Bad { position, ..bad });
        self.position = None;
    }

    fn close_bad(&mut self) {
        if let Some(bad) = self.scan.bad.last_mut() {
            bad.end = self.at as u64;
        }
    }

    /// Goes on with the next thing that is sound.
    fn resync(&mut self) {
        let prefix = &EventCid::of(&[]).to_bytes()[..4];
        let mut from = self.at + 1;
        self.at = self.used;
        while let Some(found) = find(&self.bytes[..self.used], prefix, from) {
            // The section's length stands before its CID, in one to four bytes.
            let starts = (1..=4).filter_map(|len| found.checked_sub(len)).filter(|at| *at >= from);
            for start in starts {
                let sound = match self.read(start) {
                    Ok(Found::Commit(_)) => true,
                    Ok(Found::Mark(mark, _)) => self.scan.store.is_none_or(|s| s == mark.store),
                    Err(_) => false,
                };
                if sound {
                    self.at = start;
                    self.close_bad();
                    return;
                }
            }
            from = found + 1;
        }
        self.close_bad();
    }

    fn read(&self, at: usize) -> Result<Found, Box<Bad>> {
        let start = at as u64;
        let rest = self.bytes.get(at..).unwrap_or_default();
        let section = Section::read(rest, start).map_err(|error| Bad::of_car(at, &error))?;
        if let Some(mark) = Mark::of(&section) {
            section.verify(start).map_err(|error| Bad::of_car(at, &error))?;
            return Ok(Found::Mark(mark, section.len));
        }
        match Commit::read(&self.bytes.slice(at..), start) {
            Ok(commit) => Ok(Found::Commit(commit)),
            Err(error) => {
                let bad = Bad::of_commit(at, &error);
                let claim = bad.expected.and_then(|_| self.claim(at, bad.at));
                Err(Box::new(Bad { claim, ..*bad }))
            }
        }
    }

    /// Which event the block of the section at `bad` is: by the sound sections before it in the
    /// commit at `at`, or by what it says itself.
    fn claim(&self, at: usize, bad: u64) -> Option<Claim> {
        let mut at = at as u64;
        let mut claim: Option<Claim> = None;
        loop {
            let rest = self.bytes.get(usize::try_from(at).ok()?..)?;
            let section = Section::read(rest, at).ok();
            let said = section.as_ref().and_then(|section| Claim::of(section.block));
            let follows =
                claim.map(|last| Claim { version: last.version.saturating_add(1), ..last });
            claim = follows.or(said);
            match section {
                Some(section) if at < bad => at += section.len as u64,
                _ => return claim,
            }
        }
    }

    fn finish(mut self) -> Scan {
        self.scan.unmarked = self.pending;
        self.scan
    }
}

impl Bad {
    fn new(at: usize, problem: impl Into<String>) -> Self {
        Self {
            at: at as u64,
            end: at as u64,
            problem: problem.into(),
            position: None,
            expected: None,
            found: None,
            claim: None,
        }
    }

    fn of_commit(at: usize, error: &CommitError) -> Box<Self> {
        let (cid, problem) = match error {
            CommitError::Car(error) => return Self::of_car(at, error),
            CommitError::TooLarge { .. } => return Box::new(Self::new(at, error.to_string())),
            CommitError::Block { cid, source } => (cid, format!("not an event: {source}")),
            CommitError::Stream { cid, source } => (cid, format!("not an event: {source}")),
            CommitError::Sequence { cid, problem } => {
                (cid, format!("an event breaks its commit: {problem}"))
            }
        };
        Box::new(Self { found: Some(*cid), ..Self::new(at, problem) })
    }

    fn of_car(at: usize, error: &CarError) -> Box<Self> {
        Box::new(match error {
            CarError::Hash { at: place, expected, found } => Self {
                expected: Some(*expected),
                found: Some(*found),
                ..Self::new(*place as usize, "the block does not match its CID")
            },
            CarError::Truncated { .. } => Self::new(at, "the file ends in the middle of a section"),
            CarError::Length { at } => {
                Self::new(*at as usize, "a section announces an impossible length")
            }
            CarError::Cid { at, source } => Self::new(*at as usize, source.to_string()),
            CarError::Header(source) => Self::new(at, source.to_string()),
        })
    }
}

/// Where `needle` stands in `bytes`, from `from` on.
fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(needle.len()).position(|window| window == needle).map(|found| from + found)
}
