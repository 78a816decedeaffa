//! A policy that is an effect: what it does beside what every policy does.

use std::sync::Arc;

use super::effect::{Acts, Attempt, Ended, Failed, Tell};
use super::running::{Running, off_thread};
use super::worker::Worker;
use super::{OnFailure, Policy};
use crate::observe;
use crate::projection::Stopped;

impl<P: Policy> Running<P> {
    /// What acts on the world, if the policy does.
    pub(super) fn acts(&self, worker: &Worker<P>) -> Option<Acts> {
        let cell = Arc::clone(&self.cell);
        let tell: Tell = Arc::new(move |position, until| {
            cell.progress.send_modify(|now| {
                now.acting.insert(position, until);
            });
        });
        let outside = Arc::clone(&self.outside);
        let mut acts = Acts::new(P::NAME, P::EFFECT?, &self.driver, outside, tell);
        acts.resume(&worker.books);
        Some(acts)
    }

    /// Writes down what came of attempts: what they call for is sent when that is done.
    pub(super) async fn record(
        &self,
        mut worker: Worker<P>,
        acts: &mut Acts,
        ended: Vec<(u64, Attempt)>,
    ) -> Result<Worker<P>, Stopped> {
        for (position, attempt) in ended {
            let tried = match attempt {
                Attempt::Done(plan) => match worker.too_large(&plan) {
                    None => Ok(plan),
                    // It was done, and would be again.
                    Some(problem) => Err(Failed::ForGood(problem)),
                },
                Attempt::Failed(problem) => Err(Failed::Now(problem)),
                Attempt::Unread(error) => return Err(error.into()),
            };
            if let Ok(plan) = &tried
                && !worker.has_room(plan)
            {
                worker = off_thread(worker, |worker| worker.commit(None)).await?;
            }
            if let Err(Failed::Now(problem) | Failed::ForGood(problem)) = &tried {
                tracing::warn!(policy = P::NAME, position, problem, "an effect has failed");
            }
            let now = self.now();
            let outcome = match acts.record(position, tried, now, &mut worker.books) {
                Some(Ended::Done(plan)) => {
                    worker.keep(plan, now);
                    "done"
                }
                Some(Ended::GivenUp(_, problem)) if P::ON_FAILURE == OnFailure::Stop => {
                    return Err(Stopped::Event(format!("event {position}: {problem}")));
                }
                Some(Ended::GivenUp(job, reason)) => {
                    worker.books.bury(position, 0, job.dead(reason));
                    "dead"
                }
                Some(Ended::Again) | None => "again",
            };
            observe::effect(P::NAME, outcome);
            if worker.is_full() {
                worker = off_thread(worker, |worker| worker.commit(None)).await?;
            }
        }
        off_thread(worker, |worker| worker.commit(None)).await
    }
}

/// Waits until attempts have ended, if there are any.
pub(super) async fn attempts_ended(acts: &mut Option<Acts>) -> Vec<(u64, Attempt)> {
    match acts {
        Some(acts) => acts.ended().await,
        None => std::future::pending().await,
    }
}
