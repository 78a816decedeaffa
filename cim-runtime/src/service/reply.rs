//! Answers of a service, as the domain's own types.

use std::borrow::Cow;

use serde_json::Value as Json;
use smallvec::SmallVec;
use uuid::Uuid;

use super::error::{ServiceError, ServiceErrorKind};
use super::shaped;
use super::wire::outcome;
use crate::cbor::{self, Value};
use crate::dag_json;
use crate::engine::{Receipt, Sent};
use crate::error::{Error, SendError};
use crate::machine::{Command, CommandSet as _, InOneAggregate, Machine, MachineState as _};
use crate::system::OwnerOf;

/// What became of a command.
pub(super) fn sent<C>(answer: &Json, command_id: Uuid) -> Result<Sent, SendError<C::Of>>
where
    C: Command<Of: InOneAggregate>,
{
    let receipt = || receipt(answer).ok_or_else(|| misunderstood(answer, command_id));
    match answer["outcome"].as_str() {
        Some(outcome::STORED) => Ok(Sent::Stored(receipt()?)),
        Some(outcome::REPEATED) => Ok(Sent::Repeated(receipt()?)),
        Some(outcome::UNCHANGED) => match answer["version"].as_u64() {
            Some(version) => Ok(Sent::Unchanged { version }),
            None => Err(misunderstood(answer, command_id).into()),
        },
        Some(outcome::REFUSED) => match value(&answer["refusal"], "refusal") {
            Ok(refusal) => Err(SendError::Refused(refusal)),
            Err(_) => Err(misunderstood(answer, command_id).into()),
        },
        Some(outcome::NOT_NOW) => {
            Err(not_now::<C>(answer).unwrap_or_else(|| misunderstood(answer, command_id).into()))
        }
        _ => Err(misunderstood(answer, command_id).into()),
    }
}

/// The answer to a question.
pub(super) fn answered<T: Value>(answer: &Json) -> Result<T, Error> {
    value(&answer["answer"], "answer").map_err(|problem| {
        let problem =
            format!("the answer is not understood, perhaps of another version: {problem}");
        ServiceError::new(ServiceErrorKind::Malformed, problem).into()
    })
}

fn value<T: Value>(json: &Json, name: &str) -> Result<T, String> {
    let data = dag_json::from_json(json.clone()).map_err(|error| error.to_string())?;
    let bytes = shaped::encoded(&data, T::SHAPE, name)?;
    cbor::from_slice(&bytes).map_err(|error| error.to_string())
}

fn receipt(answer: &Json) -> Option<Receipt> {
    let number = |key: &str| answer[key].as_u64();
    let id = |key: &str| answer[key].as_str()?.parse::<Uuid>().ok();
    let (mut events, mut event_types) = (SmallVec::new(), SmallVec::new());
    for event in answer["events"].as_array()? {
        events.push(event["cid"].as_str()?.parse().ok()?);
        event_types.push(Cow::Owned(event["type"].as_str()?.to_owned()));
    }
    if events.is_empty() {
        return None;
    }
    Some(Receipt {
        command_id: id("command_id")?,
        correlation: id("correlation")?,
        version: number("version")?,
        position: number("position")?,
        events,
        event_types,
        attempts: number("attempts").and_then(|attempts| u32::try_from(attempts).ok())?,
    })
}

fn not_now<C>(answer: &Json) -> Option<SendError<C::Of>>
where
    C: Command<Of: InOneAggregate>,
{
    let (state, command) = (answer["state"].as_str()?, C::NAME);
    if answer.get("closed").is_some() {
        let mut states = OwnerOf::<C>::MACHINE.states.iter();
        let state = states.find(|known| known.name == state)?.name;
        return Some(SendError::Closed { state, command });
    }
    let mut states = <C::Of as Machine>::State::ALL.iter();
    let state = *states.find(|known| known.name() == state)?;
    let kinds = <C::Of as Machine>::Command::kinds();
    let allowed = answer["allowed"].as_array()?.iter();
    // One that this program does not know is one that it cannot send.
    let known = |name: &Json| {
        let name = name.as_str()?;
        kinds.iter().find(|kind| kind.name == name).map(|kind| kind.name)
    };
    Some(SendError::NotNow { state, command, allowed: allowed.filter_map(known).collect() })
}

fn misunderstood(answer: &Json, command_id: Uuid) -> Error {
    let text: String = answer.to_string().chars().take(200).collect();
    let problem = format!("the answer is not understood, perhaps of another version: {text}");
    ServiceError::new(ServiceErrorKind::Malformed, problem).of_command(command_id).into()
}
