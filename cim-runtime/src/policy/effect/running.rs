//! The attempts that run, and what becomes of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::attempt::{Attempt, Attempts};
use super::queue::Queue;
use super::{EffectInfo, EffectOutcome, Job};
use crate::driver::Driver;
use crate::outside::Outside;
use crate::parts::Part;
use crate::policy::books::Books;
use crate::policy::plan::Plan;

/// How many jobs wait, at most, before no more events are taken.
const MOST: usize = 10_000;

/// How long a job waits before it is tried again, at first and at most.
const AGAIN: (SignedDuration, SignedDuration) =
    (SignedDuration::from_secs(1), SignedDuration::from_mins(10));

/// Is told until when the effect on an event waits for the clock, if it does nothing else.
pub(in crate::policy) type Tell = Arc<dyn Fn(u64, Option<Timestamp>) + Send + Sync>;

/// The jobs of an effect in the process that acts. Whatever runs ends when this is dropped.
pub(in crate::policy) struct Acts {
    attempts: Attempts,
    queue: Queue,
    tasks: JoinSet<(u64, Attempt)>,
    tell: Tell,
}

/// Why an attempt has failed.
pub(in crate::policy) enum Failed {
    /// It may succeed another time.
    Now(String),
    /// It would only be done once more.
    ForGood(String),
}

/// What came of a job.
pub(in crate::policy) enum Ended {
    /// It was done, and calls for this.
    Done(Plan),
    /// It is tried again.
    Again,
    /// It is given up, for this reason.
    GivenUp(Job, String),
}

impl Acts {
    pub(in crate::policy) fn new(
        policy: &'static str,
        info: EffectInfo,
        driver: &Driver,
        outside: Arc<Outside>,
        tell: Tell,
    ) -> Self {
        let (store, environment) = (Arc::clone(&driver.store), Arc::clone(&driver.environment));
        let attempts = Attempts { policy, info, store, environment, outside };
        Self { attempts, queue: Queue::default(), tasks: JoinSet::new(), tell }
    }

    /// Adds what is left to do from before.
    pub(in crate::policy) fn resume(&mut self, books: &Books) {
        for (position, job) in books.jobs.left() {
            self.queue.add(position, job);
        }
    }

    /// Whether more events can be taken.
    pub(in crate::policy) fn has_room(&self) -> bool {
        self.queue.len() < MOST
    }

    /// When something is tried again.
    pub(in crate::policy) fn next_due(&self) -> Option<Timestamp> {
        self.queue.next_due()
    }

    /// The positions of the events that are acted on now.
    pub(in crate::policy) fn running(&self) -> &BTreeSet<u64> {
        self.queue.running()
    }

    /// Starts what can be started.
    pub(in crate::policy) fn start(&mut self, books: &mut Books) {
        for (position, job) in books.jobs.take_written() {
            self.queue.add(position, job);
        }
        let now = self.attempts.environment.now();
        let at_once = self.attempts.info.at_once as usize;
        while self.queue.running().len() < at_once
            && let Some((position, job)) = self.queue.next(now)
        {
            let tell = Arc::clone(&self.tell);
            tell(position, None);
            let waits = move |time| tell(position, time);
            let attempt = self.attempts.clone().make(position, job.attempts + 1, waits);
            let attempt = async move { (position, attempt.await) };
            self.tasks.spawn(Part::of_this_task().keep(attempt));
        }
    }

    /// Waits until attempts have ended.
    pub(in crate::policy) async fn ended(&mut self) -> Vec<(u64, Attempt)> {
        let mut ended = Vec::new();
        match self.tasks.join_next().await {
            Some(first) => ended.extend(first.map_err(panicked).ok()),
            None => return std::future::pending().await,
        }
        while let Some(next) = self.tasks.try_join_next() {
            ended.extend(next.map_err(panicked).ok());
        }
        ended
    }

    /// Writes down what came of an attempt.
    pub(in crate::policy) fn record(
        &mut self,
        position: u64,
        tried: Result<Plan, Failed>,
        now: Timestamp,
        books: &mut Books,
    ) -> Option<Ended> {
        let mut job = self.queue.job(position)?.clone();
        job.attempts = job.attempts.saturating_add(1);
        let attempts = job.attempts;
        let (problem, for_good) = match tried {
            Ok(plan) => {
                books.end_job(position, EffectOutcome { at: now, attempts, error: None });
                self.queue.over(position);
                return Some(Ended::Done(plan));
            }
            Err(Failed::Now(problem)) => (problem, attempts >= self.attempts.info.attempts),
            Err(Failed::ForGood(problem)) => (problem, true),
        };
        if for_good {
            let error = Some(problem.clone());
            books.end_job(position, EffectOutcome { at: now, attempts, error });
            self.queue.over(position);
            return Some(Ended::GivenUp(job, problem));
        }
        let (first, longest) = AGAIN;
        let wait = first.saturating_mul(1 << (attempts - 1).min(16)).min(longest);
        job.due = Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX));
        job.error = Some(problem);
        books.jobs.failed(position, job.clone());
        self.queue.again(position, job);
        Some(Ended::Again)
    }
}

/// A task catches its panics, so this is one of ours.
fn panicked(error: tokio::task::JoinError) {
    if let Ok(panic) = error.try_into_panic() {
        std::panic::resume_unwind(panic);
    }
}
