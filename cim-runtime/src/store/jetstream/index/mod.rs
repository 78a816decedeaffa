//! Finds events by CID, correlation, type and time.
//!
//! The index follows the stream in the background and holds nothing that the stream does not hold.
//! Before each answer it has seen what the leader says is the end of the stream: so whoever asks finds
//! what was stored before, by this process or by another.
//!
//! - `runs`: the stretches of the stream that were seen, in memory and on disk;
//! - `folder`: where they are on disk, and of which stream;
//! - `follower`: reads the stream.

mod folder;
mod follower;
mod runs;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use self::follower::{Follower, Progress};
use self::runs::Runs;
use super::scan::Found;
use super::{Inner, errors, wire};
use crate::cid::EventCid;
use crate::store::index::{Question, Trouble};
use crate::store::{Lookup, StoreError, StoredEvent};

/// How many messages are asked for at once.
const AT_ONCE: usize = 64;

/// When the index has stood still for so long, what it waits for may have been deleted.
const STILL: Duration = Duration::from_millis(250);

/// How many messages are looked at then.
const LOOK: usize = 256;

/// The index of a store, and the task that keeps it up to date until this is dropped.
pub(super) struct Lookups {
    inner: Arc<Inner>,
    runs: Arc<Runs>,
    progress: watch::Sender<Progress>,
    /// How often it was asked for a new beginning.
    wanted: watch::Sender<u64>,
    following: OnceLock<JoinHandle<()>>,
}

impl Lookups {
    /// An index in a folder of `base`, which is followed at once; or one in memory, from the first
    /// question on.
    pub(super) async fn open(
        inner: Arc<Inner>,
        identity: String,
        base: Option<&Path>,
    ) -> Result<Self, StoreError> {
        let runs = match base.map(Path::to_owned) {
            None => Runs::in_memory(),
            Some(base) => {
                let stream = inner.server.name().to_owned();
                blocking(move || Runs::on_disk(&base, &stream, &identity)).await?
            }
        };
        let lookups = Self {
            inner,
            runs: Arc::new(runs),
            progress: watch::Sender::default(),
            wanted: watch::Sender::default(),
            following: OnceLock::new(),
        };
        if base.is_some() {
            lookups.follow();
        }
        Ok(lookups)
    }

    /// The event with a CID.
    pub(super) async fn find(&self, cid: EventCid) -> Result<Option<StoredEvent>, StoreError> {
        let position = self.ask(move |runs| runs.find(&cid)).await?;
        Ok(self.inner.events_at(position.into_iter().collect()).await?.pop())
    }

    /// The events that match.
    pub(super) async fn lookup(
        &self,
        lookup: Lookup,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let question = Arc::new(Question::from(lookup));
        let positions = self.ask(move |runs| runs.lookup(&question, after, limit)).await?;
        self.inner.events_at(positions).await
    }

    /// How many messages are in the stream that the index has not seen.
    pub(super) async fn lag(&self) -> Result<u64, StoreError> {
        self.follow();
        let Some((_, last)) = self.inner.bounds().await? else { return Ok(0) };
        let progress = self.progress.borrow();
        match &progress.ended {
            Some(error) => Err(error.clone()),
            None => Ok((last + 1).saturating_sub(progress.next.max(1))),
        }
    }

    /// Throws away what the index holds, and reads the stream from its beginning.
    pub(super) async fn rebuild(&self) -> Result<(), StoreError> {
        self.follow();
        self.wanted.send_modify(|wanted| *wanted += 1);
        self.up_to_date().await.map(drop)
    }

    /// Asks the index, once it has seen everything that is stored now. One that cannot answer is
    /// built anew, once.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&Runs) -> Result<T, Trouble> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        let age = self.up_to_date().await?;
        let trouble = match self.answer(question.clone()).await? {
            Ok(answer) => return Ok(answer),
            Err(trouble) => trouble,
        };
        tracing::warn!(%trouble, "the index is built anew");
        // Of many who run into trouble, one is enough.
        self.wanted.send_if_modified(|wanted| {
            let is_first = *wanted == age;
            *wanted += u64::from(is_first);
            is_first
        });
        self.up_to_date().await?;
        self.answer(question).await?.map_err(|trouble| self.runs.error(&trouble))
    }

    async fn answer<T: Send + 'static>(
        &self,
        question: impl Fn(&Runs) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<Result<T, Trouble>, StoreError> {
        let runs = Arc::clone(&self.runs);
        match runs.is_on_disk() {
            true => blocking(move || Ok(question(&runs))).await,
            false => Ok(question(&runs)),
        }
    }

    /// Waits until the index has seen everything that is stored now; how often it had a new beginning.
    async fn up_to_date(&self) -> Result<u64, StoreError> {
        self.follow();
        let wanted = *self.wanted.borrow();
        let last = self.inner.bounds().await?.map_or(0, |(_, last)| last);
        let mut progress = self.progress.subscribe();
        let mut moved = Instant::now();
        loop {
            let seen = progress.borrow_and_update().clone();
            if let Some(error) = seen.ended {
                return Err(error);
            }
            if seen.age >= wanted && seen.next > last {
                return Ok(seen.age);
            }
            if timeout(STILL, progress.changed()).await.is_ok() {
                moved = Instant::now();
                continue;
            }
            // Before it has begun, it stands nowhere.
            let has_begun = seen.next > 0;
            if has_begun && seen.age >= wanted && self.is_nothing_left(seen.next, last).await? {
                return Ok(seen.age);
            }
            let deadline = self.inner.server.deadline;
            if moved.elapsed() > deadline {
                let problem = "the stream cannot be followed";
                return Err(errors::no_answer("the index", deadline, problem));
            }
        }
    }

    /// Whether the last messages of the stream were deleted.
    async fn is_nothing_left(&self, next: u64, last: u64) -> Result<bool, StoreError> {
        match self.inner.page(next, LOOK).await? {
            None => Ok(true),
            Some((page, end)) => {
                let nothing = page.iter().all(|found| matches!(found, Found::Nothing(_)));
                Ok(nothing && end > last)
            }
        }
    }

    /// Begins to follow the stream.
    fn follow(&self) {
        let follow = || {
            let follower = Follower {
                inner: Arc::clone(&self.inner),
                runs: Arc::clone(&self.runs),
                progress: self.progress.clone(),
                wanted: self.wanted.subscribe(),
            };
            tokio::spawn(follower.run())
        };
        self.following.get_or_init(follow);
    }
}

impl Drop for Lookups {
    fn drop(&mut self) {
        if let Some(following) = self.following.get() {
            following.abort();
        }
        // The task goes away in its own time; the folder is free now.
        self.runs.close();
    }
}

// What it holds may be millions of entries.
impl std::fmt::Debug for Lookups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lookups({:?})", *self.progress.borrow())
    }
}

/// Runs what may wait for a disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(crate::store::trouble::closed()))
}

impl Inner {
    /// The events at these positions, in their order.
    async fn events_at(&self, positions: Vec<u64>) -> Result<Vec<StoredEvent>, StoreError> {
        // Events of one commit share a message.
        let mut messages: Vec<(u64, Vec<u64>)> = Vec::new();
        for position in positions {
            // The position before the event is where reading it begins.
            let (sequence, before) = wire::place(position - 1);
            match messages.last_mut() {
                Some((last, parts)) if *last == sequence => parts.push(before),
                _ => messages.push((sequence, vec![before])),
            }
        }
        let events = stream::iter(messages)
            .map(|(sequence, parts)| self.parts_of(sequence, parts))
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        Ok(events.into_iter().flatten().collect())
    }

    async fn parts_of(
        &self,
        sequence: u64,
        parts: Vec<u64>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let Some(message) = self.server.get(sequence).await? else {
            return Err(errors::deleted(sequence, self.server.name()));
        };
        let events = self.ours(message)?.events()?;
        Ok(parts.into_iter().filter_map(|part| events.get(part as usize).cloned()).collect())
    }
}
