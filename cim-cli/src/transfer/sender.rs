//! Commits on their way to a store, many at once, in their order.

use std::collections::HashSet;
use std::fmt;
use std::task::Poll;

use cim_runtime::store::{Committed, Store, StoreError};
use cim_runtime::{Commit, StreamName};
use futures::StreamExt as _;
use futures::future::{BoxFuture, ready};
use futures::stream::FuturesOrdered;

/// How many commits are on their way to the store at once: it writes them in groups.
const IN_FLIGHT: usize = 256;
/// And how many bytes of them, beyond which no further one is sent.
const IN_FLIGHT_BYTES: usize = 16 << 20;

/// Sends commits to a store, and counts what became of them.
pub(crate) struct Sender<'a> {
    store: &'a dyn Store,
    sent: FuturesOrdered<BoxFuture<'a, Answer>>,
    /// The streams of what was sent and not answered for.
    busy: HashSet<StreamName>,
    /// The domains of which a commit was sent.
    domains: HashSet<String>,
    /// Whether the last commit was the first of its domain.
    alone: bool,
    /// The bytes of what was sent and not answered for.
    waiting: usize,
    pub(crate) stored: Stored,
}

/// What became of the commits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Those that are new to the store.
    pub(crate) events: u64,
    pub(crate) commits: u64,
    /// Commits that the store had before.
    pub(crate) duplicates: u64,
}

/// The first commit that was not stored.
#[derive(Debug)]
pub(crate) struct Unsent {
    pub(crate) stream: StreamName,
    pub(crate) error: StoreError,
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stream, self.error)
    }
}

struct Answer {
    stream: StreamName,
    bytes: usize,
    events: u64,
    result: Result<Committed, StoreError>,
}

impl<'a> Sender<'a> {
    pub(crate) fn to(store: &'a dyn Store) -> Self {
        Self {
            store,
            sent: FuturesOrdered::new(),
            busy: HashSet::new(),
            domains: HashSet::new(),
            alone: false,
            waiting: 0,
            stored: Stored::default(),
        }
    }

    /// Where they go.
    pub(crate) fn store(&self) -> &'a dyn Store {
        self.store
    }

    /// Sends a commit, once there is room for it.
    pub(crate) async fn send(&mut self, commit: Commit) -> Result<(), Unsent> {
        while self.sent.len() >= IN_FLIGHT || self.waiting >= IN_FLIGHT_BYTES {
            self.answer().await?;
        }
        if !self.store.keeps_order() {
            self.wait_for_order(commit.stream()).await?;
        }
        let (stream, bytes) = (commit.stream().clone(), commit.sections().len());
        let events = commit.events().len() as u64;
        self.waiting += bytes;
        self.busy.insert(stream.clone());
        let answer = self.store.commit(commit);
        // It is on its way once it was polled: here, and not among others. Unconstrained, or tokio may
        // have it wait while others go.
        let mut answer: BoxFuture<'a, Answer> = Box::pin(tokio::task::unconstrained(async move {
            Answer { stream, bytes, events, result: answer.await }
        }));
        self.sent.push_back(match futures::poll!(&mut answer) {
            Poll::Ready(answer) => Box::pin(ready(answer)),
            Poll::Pending => answer,
        });
        Ok(())
    }

    /// Waits as long as a commit to this stream could be overtaken by those behind it: for the one
    /// before it in the stream, and for the first of a domain, for which a store may have to make
    /// room.
    async fn wait_for_order(&mut self, stream: &StreamName) -> Result<(), Unsent> {
        while !self.sent.is_empty() && (self.alone || self.busy.contains(stream)) {
            self.answer().await?;
        }
        self.alone = self.domains.insert(stream.domain().to_owned());
        Ok(())
    }

    /// Waits until every commit is answered for, also after one that was not stored: others behind
    /// it may have been.
    pub(crate) async fn finish(&mut self) -> Result<(), Unsent> {
        let mut first = Ok(());
        while !self.sent.is_empty() {
            let answer = self.answer().await;
            first = first.and(answer);
        }
        first
    }

    async fn answer(&mut self) -> Result<(), Unsent> {
        let Some(Answer { stream, bytes, events, result }) = self.sent.next().await else {
            return Ok(());
        };
        self.waiting -= bytes;
        self.busy.remove(&stream);
        let committed = result.map_err(|error| Unsent { stream, error })?;
        self.stored.commits += 1;
        if committed.duplicate {
            self.stored.duplicates += 1;
        } else {
            self.stored.events += events;
        }
        Ok(())
    }
}
