//! The one thread that writes the log.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::content::Content;
use super::head::{HeadFile, Remembered};
use super::mark::Mark;
use super::queue::{Queue, Request};
use super::recovery::Active;
use super::segment;
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::store::index::Recent;
use crate::store::index::SharedRecent;
use crate::store::trouble::io_error;
use crate::store::{Committed, Head, StoreError, StoreErrorKind};
use crate::subject::StreamName;

/// No more is synced at once: whoever waits behind so much may as well wait for the next.
const GROUP: usize = 8 << 20;

/// Zeros to fill a file with.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// The writer: checks, appends, syncs, and answers.
#[derive(Debug)]
pub(super) struct Writer {
    content: Arc<Content>,
    queue: Arc<Queue>,
    head_file: HeadFile,
    sealed: Sender<u64>,
    recent: SharedRecent,
    segment: Segment,
    /// The position of the next event.
    next: u64,
    buffer: Vec<u8>,
    /// Why nothing is written any more.
    dead: Option<StoreError>,
    /// How long the last sync took.
    synced: Duration,
}

/// The file that is written.
#[derive(Debug)]
struct Segment {
    file: File,
    path: PathBuf,
    first: u64,
    /// Where the next group goes.
    at: u64,
    /// How far the file is filled with zeros.
    filled: u64,
}

/// Commits that are written as one, while they are being chosen.
#[derive(Debug, Default)]
struct Plan {
    /// For each request its verdict.
    verdicts: Vec<Verdict>,
    /// The commits per stream, in order.
    streams: FxHashMap<StreamName, SmallVec<[Planned; 1]>>,
    next: u64,
}

#[derive(Debug, Clone, Copy)]
struct Planned {
    expected: u64,
    version: u64,
    head: EventCid,
    /// The position of the last event.
    position: u64,
}

/// What becomes of a commit.
#[derive(Debug)]
enum Verdict {
    /// It is in the group, and its first event gets this position.
    Append(u64),
    /// It stands a second time in the group, or before.
    Again { position: u64, in_group: bool },
    /// It is not stored.
    Refused(StoreError),
}

impl Writer {
    pub(super) fn new(
        content: Arc<Content>,
        queue: Arc<Queue>,
        head_file: HeadFile,
        active: Active,
        sealed: Sender<u64>,
    ) -> Self {
        let view = content.view();
        let last = view.memory.last_key_value();
        let (first, recent) = match last {
            Some((first, recent)) => (*first, Arc::clone(recent)),
            // Recovery always leaves the segment that is written in memory.
            None => (active.next, Arc::new(RwLock::new(Recent::new(active.next, None)))),
        };
        drop(view);
        let segment = Segment {
            file: active.file,
            path: content.files.path(first),
            first,
            at: active.at,
            filled: active.filled,
        };
        let (next, buffer) = (active.next, Vec::new());
        Self {
            content,
            queue,
            head_file,
            sealed,
            recent,
            segment,
            next,
            buffer,
            dead: None,
            synced: Duration::ZERO,
        }
    }

    /// Writes until the queue is closed.
    pub(super) fn run(mut self) {
        let mut group = Vec::new();
        let mut answered = 0;
        while self.queue.take(&mut group, answered, self.synced / 2) {
            answered = group.len();
            while !group.is_empty() {
                let later = group.split_off(fitting(&group));
                self.write(std::mem::replace(&mut group, later));
            }
        }
        if let Err(error) = self.head_file.sync() {
            tracing::warn!(%error, "the remembered head may be lost; the log is not concerned");
        }
    }

    /// Writes one group, and answers everyone in it.
    fn write(&mut self, requests: Vec<Request>) {
        let mut plan = Plan { next: self.next, ..Plan::default() };
        for request in &requests {
            let verdict = self.judge(&plan, &request.commit);
            plan.add(&request.commit, verdict);
        }
        let is_new = plan.next > self.next;
        let written = if is_new { self.append(&requests, &plan) } else { Ok(()) };
        let (commits, senders): (Vec<_>, Vec<_>) =
            requests.into_iter().map(|request| (request.commit, request.answer)).unzip();
        // Whoever has an answer finds the event: readers wait for this lock until the index has it,
        // while the callers already work on their next commands.
        let recent = Arc::clone(&self.recent);
        let mut index = recent.write().unwrap_or_else(PoisonError::into_inner);
        for ((commit, sender), verdict) in commits.iter().zip(senders).zip(&plan.verdicts) {
            // Nobody waits any more for an answer that cannot be sent.
            let _ = sender.send(answer(commit, verdict, &written));
        }
        if is_new && written.is_ok() {
            self.index(&mut index, &commits, &plan);
            let head = index.head();
            drop(index);
            self.tell(head);
        }
    }

    fn judge(&self, plan: &Plan, commit: &Commit) -> Verdict {
        if let Some(dead) = &self.dead {
            return Verdict::Refused(dead.clone());
        }
        match self.try_judge(plan, commit) {
            Ok(verdict) => verdict,
            Err(error) => Verdict::Refused(error),
        }
    }

    fn try_judge(&self, plan: &Plan, commit: &Commit) -> Result<Verdict, StoreError> {
        let planned = plan.streams.get(commit.stream()).map_or(&[][..], |planned| planned);
        let head = match planned.last() {
            Some(last) => Some(Head { number: last.version, cid: last.head }),
            None => self.content.stream_head(commit.stream())?,
        };
        let version = head.map_or(0, |head| head.number);
        if version == commit.expected() {
            StoreError::check_link(commit, head.map(|head| head.cid))?;
            return Ok(Verdict::Append(plan.next));
        }
        let same = |planned: &&Planned| {
            planned.expected == commit.expected() && planned.head == commit.head()
        };
        if let Some(planned) = planned.iter().find(same) {
            return Ok(Verdict::Again { position: planned.position, in_group: true });
        }
        if commit.version() <= version {
            let stored = self.content.event_of(commit.stream(), commit.version())?;
            if let Some(Head { number, .. }) = stored.filter(|head| head.cid == commit.head()) {
                return Ok(Verdict::Again { position: number, in_group: false });
            }
        }
        Err(StoreError::conflict(commit.expected(), version))
    }

    /// Brings the plan's commits to the disk.
    fn append(&mut self, requests: &[Request], plan: &Plan) -> Result<(), StoreError> {
        self.buffer.clear();
        for (request, verdict) in requests.iter().zip(&plan.verdicts) {
            if let Verdict::Append(_) = verdict {
                self.buffer.extend_from_slice(request.commit.sections());
            }
        }
        let mark = Mark {
            store: self.content.store,
            len: self.buffer.len() as u64,
            count: plan.next - self.next,
            first: self.next,
        };
        mark.push(&mut self.buffer);
        self.make_room()?;
        self.put()?;
        Ok(())
    }

    /// Enters what was appended into the index in memory.
    fn index(&mut self, index: &mut Recent, commits: &[Commit], plan: &Plan) {
        let mut at = self.segment.at;
        for (commit, verdict) in commits.iter().zip(&plan.verdicts) {
            if let Verdict::Append(position) = verdict {
                index.push(commit, *position, at);
                at += commit.sections().len() as u64;
            }
        }
        self.segment.at += self.buffer.len() as u64;
        self.next = plan.next;
        index.close_group(self.next, self.segment.at);
    }

    /// Tells subscribers and the remembered head where the log ends now.
    fn tell(&mut self, head: Option<Head>) {
        if let Some(head) = head {
            let remembered = Remembered { store: self.content.store, head };
            if let Err(error) = self.head_file.write(&remembered) {
                tracing::warn!(%error, "the remembered head falls behind");
            }
        }
        self.content.head.send_replace(self.next - 1);
    }

    /// Begins another segment if the present one has no room for the buffer.
    fn make_room(&mut self) -> Result<(), StoreError> {
        let end = self.segment.at + self.buffer.len() as u64;
        let is_empty = self.segment.first == self.next;
        if is_empty || end <= self.content.options.segment_size {
            return Ok(());
        }
        let (file, at) = segment::create(&self.content.log, self.next)?;
        let path = self.content.files.path(self.next);
        let sealed = std::mem::replace(
            &mut self.segment,
            Segment { file, path, first: self.next, at, filled: at },
        );
        let head = crate::store::index::read(&self.recent).head();
        self.recent = Arc::new(RwLock::new(Recent::new(self.next, head)));
        self.content.view_mut().memory.insert(self.next, Arc::clone(&self.recent));
        if let Err(error) = self.head_file.sync() {
            tracing::warn!(%error, "the remembered head may fall behind");
        }
        // The thread at the other end lives until this end is dropped.
        let _ = self.sealed.send(sealed.first);
        Ok(())
    }

    /// Writes the buffer, and returns once it is on the disk.
    fn put(&mut self) -> Result<(), StoreError> {
        let segment = &mut self.segment;
        let end = segment.at + self.buffer.len() as u64;
        if let Err(error) = segment.file.write_all_at(&self.buffer, segment.at) {
            // Nothing of it was synced, nobody was answered: the log ends where it did.
            segment.filled = segment.at;
            if let Err(cut) = segment.file.set_len(segment.at) {
                self.dead = Some(unknown("cut", &segment.path, &cut));
            }
            return Err(io_error("write to", &segment.path, &error));
        }
        if end > segment.filled {
            segment.filled = end;
            segment.fill(self.content.options.fill, self.content.options.segment_size);
        }
        let start = Instant::now();
        if let Err(error) = segment.file.sync_data() {
            // The system may have dropped the pages, and may say that all is well the next time.
            let dead = unknown("sync", &segment.path, &error);
            self.dead = Some(dead.clone());
            return Err(dead);
        }
        self.synced = start.elapsed();
        Ok(())
    }
}

impl Segment {
    /// Writes zeros ahead, so that the next syncs find the file as long as it needs to be. A full
    /// disk is the business of the commit that needs the room.
    fn fill(&mut self, ahead: u64, size: u64) {
        let to = (self.filled + ahead).min(size);
        while self.filled < to {
            let zeros = &ZEROS[..ZEROS.len().min((to - self.filled) as usize)];
            if self.file.write_all_at(zeros, self.filled).is_err() {
                // What was written of them is cut, so that others can use the room.
                let _ = self.file.set_len(self.filled);
                return;
            }
            self.filled += zeros.len() as u64;
        }
    }
}

impl Plan {
    fn add(&mut self, commit: &Commit, verdict: Verdict) {
        if let Verdict::Append(first) = verdict {
            self.next = first + commit.events().len() as u64;
            self.streams.entry(commit.stream().clone()).or_default().push(Planned {
                expected: commit.expected(),
                version: commit.version(),
                head: commit.head(),
                position: self.next - 1,
            });
        }
        self.verdicts.push(verdict);
    }
}

/// The answer to a commit, once it is known whether its group was written.
fn answer(
    commit: &Commit,
    verdict: &Verdict,
    written: &Result<(), StoreError>,
) -> Result<Committed, StoreError> {
    let stored = |position, duplicate| Ok(Committed { position, duplicate });
    match (verdict, written) {
        (Verdict::Refused(error), _) => Err(error.clone()),
        (Verdict::Again { position, in_group: false }, _)
        | (Verdict::Again { position, .. }, Ok(())) => stored(*position, true),
        (Verdict::Append(first), Ok(())) => stored(first + commit.events().len() as u64 - 1, false),
        (_, Err(error)) => Err(error.clone()),
    }
}

/// How many of the requests go into one group.
fn fitting(requests: &[Request]) -> usize {
    let mut bytes = 0;
    let fitting = requests.iter().take_while(|request| {
        let fits = bytes < GROUP;
        bytes += request.commit.sections().len();
        fits
    });
    fitting.count()
}

fn unknown(act: &str, path: &std::path::Path, error: &std::io::Error) -> StoreError {
    StoreError::new(
        StoreErrorKind::Io,
        format!(
            "could not {act} {}: {error}; what is on the disk is unknown now, so nothing more is \
             written: close the store and open it again, then send again",
            path.display()
        ),
    )
}
