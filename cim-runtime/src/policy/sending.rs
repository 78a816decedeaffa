//! Sends what a policy calls for, and tells what is to be done with what was not taken.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::stream;
use jiff::{SignedDuration, Timestamp};
use tracing::Instrument as _;

use super::id::depth_of;
use super::plan::Letter;
use super::refused::{KeptRefusal, Refusal};
use super::running::Running;
use super::sendable::Unsent;
use super::worker::Worker;
use super::{OnRefusal, Policy};
use crate::actor::{Actor, policy_of};
use crate::engine::{Cause, Message};
use crate::error::Error;
use crate::observe;
use crate::projection::Stopped;
use crate::store::{StoreError, StoreErrorKind};

/// How many commands of one policy are on their way at once.
const AT_ONCE: usize = 64;

/// After how many policies, each reacting to the one before, a command is not sent any more.
const MAX_DEPTH: u8 = 100;

/// How often a refused command is sent before it is reported, if the policy tries again.
const ATTEMPTS: u32 = 10;

/// How long a command waits before it is sent again, at first and at most.
const AGAIN: (SignedDuration, SignedDuration) =
    (SignedDuration::from_millis(100), SignedDuration::from_mins(1));

/// What became of a command.
enum End {
    Done,
    Again,
    /// A method answers to it.
    Refused(Refusal),
    Dead(String),
}

impl<P: Policy> Running<P> {
    /// Sends commands: those for one aggregate one after the other, others at once. What cannot be
    /// sent now is kept for later, or put on the list of dead letters.
    pub(super) async fn send(
        &self,
        worker: &mut Worker<P>,
        letters: Vec<Letter>,
    ) -> Result<(), Stopped> {
        let mut aggregates: BTreeMap<(String, String), Vec<Letter>> = BTreeMap::new();
        for letter in letters {
            let aggregate = (letter.aggregate.clone(), letter.id.clone());
            aggregates.entry(aggregate).or_default().push(letter);
        }
        let ends = stream::iter(aggregates.into_values()).map(|letters| async move {
            let mut ends = Vec::with_capacity(letters.len());
            let mut waits = false;
            for letter in letters {
                // What is to come after one that waits, waits too.
                let end = if waits { End::Again } else { self.observed(&letter).await };
                waits |= matches!(end, End::Again);
                ends.push((letter, end));
            }
            ends
        });
        let ends: Vec<_> = ends.buffer_unordered(AT_ONCE).collect().await;
        for (letter, end) in ends.into_iter().flatten() {
            match end {
                End::Done => {}
                End::Again => self.keep(worker, letter),
                End::Dead(reason) => {
                    tracing::error!(
                        policy = P::NAME,
                        command = letter.command,
                        id = letter.id,
                        reason,
                        "a command was not taken"
                    );
                    worker.books.bury_letter(reason, letter);
                }
                End::Refused(refusal) => {
                    let at = self.now();
                    worker.books.keep_refused(KeptRefusal { letter, refusal, at });
                }
            }
        }
        Ok(())
    }

    fn keep(&self, worker: &mut Worker<P>, mut letter: Letter) {
        let (first, longest) = AGAIN;
        let wait = first.saturating_mul(1 << letter.attempts.min(16)).min(longest);
        letter.attempts = letter.attempts.saturating_add(1);
        let now = self.driver.environment.now();
        worker.books.keep(now.saturating_add(wait).unwrap_or(Timestamp::MAX), letter);
    }

    async fn observed(&self, letter: &Letter) -> End {
        let span = observe::reaction_span(P::NAME, &letter.command, letter.correlation);
        let end = self.send_one(letter).instrument(span).await;
        let outcome = match &end {
            End::Done => "done",
            End::Again => "again",
            End::Refused(_) => "refused",
            End::Dead(_) => "dead",
        };
        observe::reaction(P::NAME, outcome);
        end
    }

    async fn send_one(&self, letter: &Letter) -> End {
        if depth_of(letter.command_id) > MAX_DEPTH {
            return End::Dead(self.loop_shown(letter).await);
        }
        let Some(sendable) = self.sends.iter().find(|sendable| sendable.is_of(letter)) else {
            return End::Dead(format!("the policy does not send `{}` any more", letter.command));
        };
        let message = Message {
            command_id: letter.command_id,
            repeatable: true,
            actor: Actor::of_policy(P::NAME),
            now: self.now(),
            cause: Some(Cause { correlation: letter.correlation, event: letter.event }),
        };
        let sent = sendable.send(&self.driver, &letter.id, &letter.data, &message).await;
        match sent {
            Ok(_) => End::Done,
            Err(Unsent::Refused(refusal))
                if P::COMPENSATIONS.iter().any(|known| known.command.is_of(letter)) =>
            {
                End::Refused(refusal)
            }
            Err(Unsent::Refused(refusal)) => match P::ON_REFUSAL {
                OnRefusal::Ignore => End::Done,
                OnRefusal::Retry if letter.attempts + 1 < ATTEMPTS => End::Again,
                OnRefusal::Retry | OnRefusal::Report => End::Dead(refusal.said),
            },
            Err(Unsent::Error(error)) if passes(&error) => {
                tracing::warn!(policy = P::NAME, %error, "a command is sent again");
                End::Again
            }
            Err(Unsent::Error(error)) => End::Dead(error.to_string()),
            Err(Unsent::Unreadable(problem)) => {
                End::Dead(format!("it was kept by another program, and is none now: {problem}"))
            }
        }
    }

    /// The end of the way that has led to a command through too many policies.
    async fn loop_shown(&self, letter: &Letter) -> String {
        let mut way = vec![letter.command.clone(), P::NAME.to_owned()];
        let mut cause = Some(letter.event);
        while let Some(cid) = cause.filter(|_| way.len() < 12) {
            let Ok(Some(event)) = self.driver.store.find(&cid).await else { break };
            let Ok(envelope) = event.envelope() else { break };
            way.push(envelope.event_type.to_owned());
            let policy = policy_of(envelope.actor);
            way.extend(policy.map(str::to_owned));
            cause = match envelope.causation {
                crate::envelope::Causation::Event(cid) => Some(cid),
                crate::envelope::Causation::Command(_) => None,
            };
        }
        way.reverse();
        format!(
            "{MAX_DEPTH} policies have reacted one to the other, which looks like a loop without \
             an end: … → {}",
            way.join(" → ")
        )
    }
}

/// Whether an error says nothing of the command, which may be sent again as it is known by its id.
fn passes(error: &Error) -> bool {
    let of_store = |error: &StoreError| {
        matches!(
            error.kind(),
            StoreErrorKind::Unknown | StoreErrorKind::Closed | StoreErrorKind::Alarm(_)
        )
    };
    error.is_retryable() || matches!(error, Error::Store(error) if of_store(error))
}
