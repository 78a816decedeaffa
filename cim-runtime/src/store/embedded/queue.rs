//! Commits on their way to the writer.
//!
//! One sync serves all commits that wait for it, so the writer wants as many as it can get without
//! making anybody wait in vain. It is woken once for a group, not once for a commit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::commit::Commit;
use crate::store::trouble::closed;
use crate::store::{Committed, StoreError};

/// When nothing came for this long, whoever was to send again is busy with something else.
const QUIET: Duration = Duration::from_micros(50);

/// A commit, and whoever waits for its answer.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) commit: Commit,
    pub(super) answer: oneshot::Sender<Result<Committed, StoreError>>,
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    /// How many wait: for the writer to look at without getting into the senders' way.
    length: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Request>,
    /// How many the writer sleeps for.
    wanted: usize,
    closed: bool,
}

impl Queue {
    /// Adds a request, unless the store was closed.
    pub(super) fn push(&self, request: Request) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        state.waiting.push(request);
        self.length.store(state.waiting.len(), Ordering::Relaxed);
        let wake = state.waiting.len() == state.wanted;
        drop(state);
        if wake {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// Ends the queue; what waits in it is still taken.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_one();
    }

    /// Takes all requests into `group`, which is empty, waiting for the first one. False when the
    /// queue was closed and is empty.
    ///
    /// `answered` is how many were answered just before. Those who sent them may well send again,
    /// together with those that wait by now; so if they are more than one in all, the writer stays
    /// for them while they keep coming, but not longer than `patience`: a sync that is quick serves
    /// two halves in turn better than the whole at once.
    pub(super) fn take(
        &self,
        group: &mut Vec<Request>,
        answered: usize,
        patience: Duration,
    ) -> bool {
        let hoped = answered + self.length.load(Ordering::Relaxed);
        if answered > 0 && hoped > 1 {
            self.gather(hoped, patience);
        }
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return false;
            }
            state.wanted = 1;
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.wanted = 0;
        self.length.store(0, Ordering::Relaxed);
        std::mem::swap(group, &mut state.waiting);
        true
    }

    /// Waits until as many requests wait as are hoped for, or nothing comes any more.
    fn gather(&self, hoped: usize, patience: Duration) {
        let start = Instant::now();
        let mut last = (start, self.length.load(Ordering::Relaxed));
        while last.1 < hoped {
            // A timer is too coarse here, and those who are waited for may need this very core.
            thread::yield_now();
            let now = Instant::now();
            let length = self.length.load(Ordering::Relaxed);
            if length > last.1 {
                last = (now, length);
            }
            if now - start > patience || now - last.0 > QUIET {
                break;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
