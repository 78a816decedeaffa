//! What a test expects of a command.

use std::fmt::Debug;

use super::Scenario;
use super::into_events::IntoEvents;
use super::round_trip::must;
use crate::error::SendError;
use crate::machine::{Aggregate, Machine};

/// How a command ended.
#[derive(Debug)]
#[must_use = "say what should have happened, with one of the `then` methods"]
pub struct Outcome<A: Aggregate, M: Machine = A> {
    command: &'static str,
    before: Scenario<A>,
    result: Result<Vec<A::Event>, SendError<M>>,
}

impl<A: Aggregate, M: Machine> Outcome<A, M> {
    pub(super) fn new(
        command: &'static str,
        before: Scenario<A>,
        result: Result<Vec<A::Event>, SendError<M>>,
    ) -> Self {
        Self { command, before, result }
    }

    /// The command brought these events about, in this order; the story goes on after them.
    ///
    /// # Panics
    ///
    /// When it brought others, or was refused.
    #[track_caller]
    pub fn then(self, events: impl IntoEvents<A::Event>) -> Scenario<A> {
        let Self { command, before, result } = self;
        let found = must(result, &format!("`{command}`"));
        assert_eq!(found, events.into_events(), "the events of `{command}`");
        before.and(found)
    }

    /// The command was accepted, and nothing happened.
    ///
    /// # Panics
    ///
    /// When something did, or it was refused.
    #[track_caller]
    pub fn then_nothing(self) -> Scenario<A> {
        self.then(())
    }

    /// The rules of the aggregate, or of its region, said no, with this reason.
    ///
    /// # Panics
    ///
    /// When the command was accepted, or refused for another reason.
    #[track_caller]
    pub fn then_refused(self, refusal: M::Refusal) -> Scenario<A> {
        let Self { command, before, result } = self;
        match result {
            Err(SendError::Refused(found)) => {
                assert_eq!(found, refusal, "why `{command}` is refused")
            }
            other => {
                panic!("`{command}` should be refused with {refusal:?}, and was {}", ended(&other))
            }
        }
        before
    }

    /// The state takes no such command, or closes the region that would.
    ///
    /// # Panics
    ///
    /// When it does.
    #[track_caller]
    pub fn then_not_now(self) -> Scenario<A> {
        let Self { command, before, result } = self;
        match result {
            Err(SendError::NotNow { .. } | SendError::Closed { .. }) => {}
            other => {
                panic!("`{command}` should not be taken in this state, and was {}", ended(&other))
            }
        }
        before
    }
}

fn ended<E: Debug, M: Machine>(result: &Result<Vec<E>, SendError<M>>) -> String {
    match result {
        Ok(events) => format!("answered with {events:?}"),
        Err(error) => error.to_string(),
    }
}
