//! What a policy answers to an event, beside what a test expects of it.

use std::fmt;

use ipld_core::ipld::Ipld;

use super::plan::{Letter, Planned, Reacting};
use super::reaction::Reaction;
use super::{Policy, worker};
use crate::dag_json::DagJson;
use crate::projection::{Fate, unreadable};
use crate::store::StoredEvent;

/// Commands that are sent and taken back because of one event, in order.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer(Vec<Planned>);

/// What came of handing an event to a policy.
#[derive(Debug, PartialEq)]
pub(crate) enum Answered {
    /// This.
    With(Answer),
    /// It does not take such events.
    Passed,
    /// It has failed, for this reason.
    Failed(String),
}

impl Answer {
    /// Hands an event to a policy.
    pub(crate) fn of<P: Policy>(policy: &mut P, event: &StoredEvent) -> Result<Answered, String> {
        let envelope = event.envelope().map_err(|error| unreadable(event, &error))?;
        let (fate, plan) = worker::react(policy, event, &envelope);
        match fate {
            Fate::Handled => Ok(Answered::With(Self(plan.steps))),
            Fate::Passed => Ok(Answered::Passed),
            Fate::Failed(reason) => Ok(Answered::Failed(reason)),
            Fate::Unreadable(problem) => Err(unreadable(event, &problem)),
        }
    }

    /// What the policy would answer to the event by returning `reaction`.
    pub(crate) fn expected<P: Policy>(
        reaction: impl Reaction,
        event: &StoredEvent,
    ) -> Result<Self, String> {
        let envelope = event.envelope().map_err(|error| unreadable(event, &error))?;
        let mut reacting = Reacting::new(P::NAME, event, &envelope);
        reaction.plan(reacting.parts().1)?;
        Ok(Self(reacting.end().1.steps))
    }
}

/// A line for each command.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("\n  nothing");
        }
        self.0.iter().try_for_each(|step| match step {
            Planned::Send(letter, time) => {
                write!(f, "\n  {}", Shown(letter))?;
                time.map_or(Ok(()), |time| write!(f, " at {time}"))?;
                under(f, letter.key.as_deref())
            }
            Planned::Cancel((aggregate, id, command), key) => {
                write!(f, "\n  {command} to {aggregate}/{id}")?;
                under(f, key.as_deref())?;
                f.write_str(" is taken back")
            }
        })
    }
}

/// The key, if there is one.
fn under(f: &mut fmt::Formatter<'_>, key: Option<&str>) -> fmt::Result {
    key.map_or(Ok(()), |key| write!(f, " under {key:?}"))
}

/// A command with its fields.
struct Shown<'a>(&'a Letter);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Letter { aggregate, id, command, data, .. } = self.0;
        f.write_str(command)?;
        // It was encoded a moment ago.
        let data = serde_ipld_dagcbor::from_slice::<Ipld>(data).map_err(|_| fmt::Error)?;
        if data != Ipld::Map(Default::default()) {
            write!(f, " {}", DagJson(&data))?;
        }
        write!(f, " to {aggregate}/{id}")
    }
}
