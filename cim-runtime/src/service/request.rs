//! What stands in a request: a JSON object with a command, or with a question.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use ipld_core::ipld::Ipld;
use uuid::Uuid;

use super::failure::Failure;
use super::shaped;
use super::wire::request as key;
use crate::cbor::Shape;
use crate::dag_json;
use crate::engine::Cause;
use crate::nearest::meant;

/// A command as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CommandRequest {
    pub(super) id: String,
    /// Its fields, as canonical DAG-CBOR.
    pub(super) data: Vec<u8>,
    pub(super) actor: Option<String>,
    pub(super) command_id: Option<Uuid>,
    pub(super) cause: Option<Cause>,
}

/// A question as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryRequest {
    /// The question, as canonical DAG-CBOR.
    pub(super) data: Vec<u8>,
    pub(super) after: u64,
    pub(super) within: Option<Duration>,
}

impl CommandRequest {
    pub(super) fn read(payload: &[u8], shape: Shape) -> Result<Self, Failure> {
        let mut entries = Entries::read(payload, "the request", key::OF_COMMANDS)?;
        let id = entries.text(key::ID)?;
        Ok(Self {
            id: id.ok_or_else(|| {
                Failure::malformed("`id` is missing: the id of the aggregate, as a text")
            })?,
            data: entries.value(key::COMMAND, shape)?,
            actor: entries.text(key::ACTOR)?,
            command_id: entries.parsed(key::COMMAND_ID, "a UUID")?,
            cause: entries.cause()?,
        })
    }
}

impl QueryRequest {
    pub(super) fn read(payload: &[u8], shape: Shape) -> Result<Self, Failure> {
        let mut entries = Entries::read(payload, "the request", key::OF_QUERIES)?;
        Ok(Self {
            data: entries.value(key::QUESTION, shape)?,
            after: entries.number(key::AFTER)?.unwrap_or(0),
            within: entries.number(key::WITHIN_MS)?.map(Duration::from_millis),
        })
    }
}

/// The entries of an object, each to be taken out.
struct Entries(BTreeMap<String, Ipld>);

impl Entries {
    fn read(payload: &[u8], name: &str, keys: &'static [&str]) -> Result<Self, Failure> {
        // As in the protocol's own tools, nothing is the same as an object with nothing in it.
        if payload.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        let text = std::str::from_utf8(payload)
            .map_err(|_| Failure::malformed(format!("{name} is not UTF-8: send a JSON object")))?;
        let value = dag_json::from_str(text)
            .map_err(|error| Failure::malformed(format!("{name} is not DAG-JSON: {error}")))?;
        Self::of(value, name, keys)
    }

    fn of(value: Ipld, name: &str, keys: &'static [&str]) -> Result<Self, Failure> {
        let Ipld::Map(entries) = value else {
            let keys = keys.join(", ");
            return Err(Failure::malformed(format!("{name} is an object with the keys {keys}")));
        };
        if let Some(unknown) = entries.keys().find(|key| !keys.contains(&key.as_str())) {
            let meant = meant(unknown, keys.iter().copied(), |key| format!("`{key}`"));
            return Err(Failure::malformed(format!("{name} has no key `{unknown}`: {meant}")));
        }
        Ok(Self(entries))
    }

    fn take(&mut self, key: &str) -> Option<Ipld> {
        self.0.remove(key).filter(|value| *value != Ipld::Null)
    }

    fn text(&mut self, key: &str) -> Result<Option<String>, Failure> {
        match self.take(key) {
            None => Ok(None),
            Some(Ipld::String(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::malformed(format!("`{key}` is a text"))),
        }
    }

    fn number(&mut self, key: &str) -> Result<Option<u64>, Failure> {
        let other = || Failure::malformed(format!("`{key}` is a whole number from 0"));
        match self.take(key) {
            None => Ok(None),
            Some(Ipld::Integer(number)) => u64::try_from(number).map(Some).map_err(|_| other()),
            Some(_) => Err(other()),
        }
    }

    fn parsed<T: FromStr>(&mut self, key: &str, what: &str) -> Result<Option<T>, Failure> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let parsed = text.parse().map(Some);
        parsed.map_err(|_| Failure::malformed(format!("`{key}` is {what}, as a text")))
    }

    /// What was sent, with the one encoding of its shape. One without fields may be left out.
    fn value(&mut self, key: &str, shape: Shape) -> Result<Vec<u8>, Failure> {
        let value = self.take(key).unwrap_or_else(|| Ipld::Map(BTreeMap::new()));
        shaped::encoded(&value, shape, key).map_err(Failure::malformed)
    }

    fn cause(&mut self) -> Result<Option<Cause>, Failure> {
        let Some(value) = self.take(key::BECAUSE_OF) else { return Ok(None) };
        let mut entries = Self::of(value, "`because_of`", key::OF_CAUSES)?;
        let correlation = entries.parsed(key::CORRELATION, "a UUID")?;
        let event = entries.parsed(key::EVENT, "the CID of an event")?;
        match (correlation, event) {
            (Some(correlation), Some(event)) => Ok(Some(Cause { correlation, event })),
            _ => Err(Failure::malformed(
                "`because_of` has a correlation and an event: those of the answer to a command",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventCid;

    const SHAPE: Shape = Shape::Record(&[("cents", Shape::Of("u64"))]);

    fn command(json: &str) -> Result<CommandRequest, String> {
        CommandRequest::read(json.as_bytes(), SHAPE).map_err(|failure| failure.message)
    }

    #[test]
    fn a_command_is_read_with_what_goes_with_it() {
        let cid = EventCid::of(b"x");
        let json = format!(
            r#"{{"id": "7", "command": {{"cents": 1}}, "actor": "alice",
                "command_id": "{}", "because_of": {{"correlation": "{}", "event": "{cid}"}}}}"#,
            Uuid::from_u128(1),
            Uuid::from_u128(2)
        );
        let read = command(&json).unwrap();
        let cause = Cause { correlation: Uuid::from_u128(2), event: cid };
        assert_eq!(
            (read.id.as_str(), read.data.as_slice(), read.actor.as_deref()),
            ("7", &b"\xa1\x65cents\x01"[..], Some("alice"))
        );
        assert_eq!((read.command_id, read.cause), (Some(Uuid::from_u128(1)), Some(cause)));
        let plain = command(r#"{"id": "7", "command": {"cents": 1}, "actor": null}"#).unwrap();
        assert_eq!((plain.actor, plain.command_id, plain.cause), (None, None, None));
    }

    #[test]
    fn what_is_wrong_with_a_command_is_named() {
        for (json, said) in [
            ("", "`id` is missing: the id of the aggregate, as a text"),
            (
                "[]",
                "the request is an object with the keys id, command, actor, command_id, because_of",
            ),
            (r#"{"id": 7}"#, "`id` is a text"),
            (r#"{"id": "7"}"#, "`command.cents` is missing: it is u64"),
            (
                r#"{"id": "7", "comand": {}}"#,
                "the request has no key `comand`: did you mean `command`?",
            ),
            (
                r#"{"id": "7", "command": {"cents": 1}, "command_id": "7"}"#,
                "`command_id` is a UUID, as a text",
            ),
            (
                r#"{"id": "7", "command": {"cents": 1}, "because_of": {"event": "7"}}"#,
                "`event` is the CID of an event, as a text",
            ),
            (
                r#"{"id": "7", "command": {"cents": 1}, "because_of": {}}"#,
                "`because_of` has a correlation and an event: those of the answer to a command",
            ),
        ] {
            assert_eq!(command(json).unwrap_err(), said, "{json}");
        }
        assert!(command("{").unwrap_err().starts_with("the request is not DAG-JSON: EOF"));
        let failure = CommandRequest::read(b"\xff", SHAPE).unwrap_err();
        assert!(failure.message.contains("UTF-8"), "{failure:?}");
    }

    #[test]
    fn a_question_is_read_with_what_its_answer_must_know() {
        let json = br#"{"question": {"cents": 1}, "after": 9, "within_ms": 20}"#;
        let read = QueryRequest::read(json, SHAPE).unwrap();
        assert_eq!((read.after, read.within), (9, Some(Duration::from_millis(20))));
        let nothing = QueryRequest::read(b"", Shape::Record(&[])).unwrap();
        assert_eq!((nothing.data, nothing.after, nothing.within), (vec![0xa0], 0, None));
        let failure = QueryRequest::read(br#"{"after": -1, "question": {"cents": 1}}"#, SHAPE);
        assert_eq!(failure.unwrap_err().message, "`after` is a whole number from 0");
    }
}
