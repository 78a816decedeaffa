//! A command is decided twice, and must come to the same.

use std::fmt::Debug;

use super::round_trip::{Checked, event_round_trip, round_trip, told};
use crate::commit::Commit;
use crate::decision::Rejection;
use crate::engine::{Live, Message};
use crate::machine::{Aggregate, InOneAggregate, Machine};

const PURE: &str = "a decision may depend on the aggregate, the command and `cx` alone, not on \
                    clocks, chance or the order of hash maps";

/// What a command came to, and the bytes that would be stored.
pub(super) struct Decided<A: Aggregate, M: Machine> {
    pub(super) answer: Result<Vec<A::Event>, Rejection<M::Refusal>>,
    pub(super) commit: Option<Commit>,
}

/// Decides once.
pub(super) fn decide<A: Aggregate, M: InOneAggregate<Owner = A>>(
    live: &mut Live<A>,
    command: M::Command,
    message: &Message,
) -> Checked<Decided<A, M>> {
    let events = match live.answer::<M>(command, message) {
        Ok(events) => events,
        Err(rejection) => return Ok(Decided { answer: Err(rejection), commit: None }),
    };
    let events = events.as_slice();
    let commit = match events {
        [] => None,
        events => Some(told(live.commit(events, message), "the events")?),
    };
    Ok(Decided { answer: Ok(events.to_vec()), commit })
}

/// Compares two decisions of the command with this name; what they came to passes through its bytes.
pub(super) fn same<A: Aggregate, M: Machine>(
    name: &str,
    first: Decided<A, M>,
    again: Decided<A, M>,
) -> Checked<Decided<A, M>> {
    let differ = |what: &str, first: &dyn Debug, again: &dyn Debug| {
        Err(format!(
            "deciding `{name}` twice came to different {what}: {PURE}\n \
             first: {first:?}\n again: {again:?}"
        ))
    };
    match (&first.answer, &again.answer) {
        (Ok(first), Ok(again)) if first != again => return differ("events", first, again),
        (Err(Rejection::Refused(first)), Err(Rejection::Refused(again))) if first != again => {
            return differ("refusals", first, again);
        }
        (Ok(_), Ok(_)) if first.commit != again.commit => {
            return Err(format!("deciding `{name}` twice came to different bytes: {PURE}"));
        }
        (Ok(events), Ok(_)) => events.iter().try_for_each(event_round_trip)?,
        (Err(Rejection::Refused(refusal)), Err(Rejection::Refused(_))) => {
            round_trip(&format!("{refusal:?}"), refusal)?;
        }
        (Err(Rejection::NotNow), Err(Rejection::NotNow))
        | (Err(Rejection::Closed), Err(Rejection::Closed)) => {}
        (first, again) => return differ("answers", first, again),
    }
    Ok(first)
}
