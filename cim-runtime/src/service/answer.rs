//! What stands in an answer.

use ipld_core::ipld::Ipld;
use serde_json::{Value as Json, json};

use super::failure::{Code, Failure};
use super::wire::outcome;
use crate::dag_json::DagJson;
use crate::door::Turned;
use crate::engine::{Receipt, Sent};
use crate::projection::Unanswered;

/// A command's answer: how it ended, also if the business said no.
pub(super) fn of_command(
    sent: Result<Sent, Turned>,
    name: &str,
    command_id: uuid::Uuid,
) -> Result<Json, Failure> {
    let turned = match sent {
        Ok(Sent::Stored(receipt)) => return Ok(receipt_json(outcome::STORED, &receipt)),
        Ok(Sent::Repeated(receipt)) => return Ok(receipt_json(outcome::REPEATED, &receipt)),
        Ok(Sent::Unchanged { version }) => {
            return Ok(json!({"outcome": outcome::UNCHANGED, "version": version}));
        }
        Err(turned) => turned,
    };
    match turned {
        Turned::Refused { refusal, text } => {
            let refusal = json_of(&refusal).unwrap_or(Json::Null);
            Ok(json!({"outcome": outcome::REFUSED, "refusal": refusal, "message": text}))
        }
        Turned::NotNow { state, allowed, text } => Ok(json!({
            "outcome": outcome::NOT_NOW, "state": state, "allowed": allowed, "message": text,
        })),
        Turned::Closed { state, region, text } => Ok(json!({
            "outcome": outcome::NOT_NOW, "state": state, "allowed": [], "closed": region,
            "message": text,
        })),
        Turned::Id(error) => Err(Failure::malformed(format!("`id` is none: {error}"))),
        Turned::Unknown => {
            Err(Failure::new(Code::Unknown, format!("there is no command `{name}`")))
        }
        Turned::Unreadable(problem) => Err(Failure::malformed(format!("`command`: {problem}"))),
        Turned::Error(error) => Err(Failure::of_command(&error, command_id)),
    }
}

/// A question's answer.
pub(super) fn of_query(answered: Result<Vec<u8>, Unanswered>) -> Result<Json, Failure> {
    match answered {
        Ok(answer) => {
            let answer = json_of(&answer).map_err(|problem| Failure::new(Code::Failed, problem))?;
            Ok(json!({"answer": answer}))
        }
        Err(Unanswered::Unreadable(problem)) => {
            Err(Failure::malformed(format!("`question`: {problem}")))
        }
        Err(Unanswered::Encode(error)) => {
            Err(Failure::new(Code::Failed, format!("the answer has no encoding: {error}")))
        }
        Err(Unanswered::Error(error)) => Err(Failure::of(&error)),
    }
}

fn receipt_json(outcome: &str, receipt: &Receipt) -> Json {
    let events = receipt.events.iter().zip(&receipt.event_types);
    let events = events.map(|(cid, name)| json!({"type": name, "cid": cid.to_string()}));
    json!({
        "outcome": outcome,
        "version": receipt.version,
        "position": receipt.position,
        "command_id": receipt.command_id.to_string(),
        "correlation": receipt.correlation.to_string(),
        "events": Json::from_iter(events),
        "attempts": receipt.attempts,
    })
}

/// Canonical DAG-CBOR as DAG-JSON.
pub(super) fn json_of(bytes: &[u8]) -> Result<Json, String> {
    let data: Ipld =
        serde_ipld_dagcbor::from_slice(bytes).map_err(|error| format!("no DAG-CBOR: {error}"))?;
    serde_json::to_value(DagJson(&data)).map_err(|error| format!("no JSON: {error}"))
}
