//! One event, as it is shown to people and to machines.

use std::fmt;

use cim_runtime::dag_json::{DagJson, Link};
use cim_runtime::store::StoredEvent;
use cim_runtime::{Causation, Envelope, EventCid, Uuid};
use ipld_core::ipld::Ipld;
use serde::{Serialize, Serializer};

use crate::failure::Failure;
use crate::output::{FAINT, NAME};
use crate::time;

/// An event whose block was re-hashed and read.
pub(crate) struct View<'a> {
    pub(crate) position: u64,
    pub(crate) cid: EventCid,
    pub(crate) envelope: Envelope<'a>,
    data: Ipld,
}

impl<'a> View<'a> {
    /// Reads an event that the store at `url` gave.
    pub(crate) fn of(event: &'a StoredEvent, url: &str) -> Result<Self, Failure> {
        event.verify().map_err(|error| Failure::store(url, &error))?;
        let not_an_event = |problem: String| {
            let StoredEvent { position, cid, .. } = event;
            Failure::no(format!(
                "{url}: the block {cid} at position {position} is not an event: {problem}"
            ))
        };
        let envelope = event.envelope().map_err(|error| not_an_event(error.to_string()))?;
        let data = serde_ipld_dagcbor::from_slice(envelope.data)
            .map_err(|error| not_an_event(error.to_string()))?;
        Ok(Self { position: event.position, cid: event.cid, envelope, data })
    }

    /// The event's data as JSON over several lines.
    pub(crate) fn pretty_data(&self) -> Result<String, Failure> {
        serde_json::to_string_pretty(&DagJson(&self.data))
            .map_err(|error| Failure::trouble(format!("could not show the data as JSON: {error}")))
    }

    /// The event in one line, for people.
    pub(crate) fn line(&self) -> impl fmt::Display {
        let Envelope { aggregate, id, version, event_type, .. } = &self.envelope;
        let (position, cid) = (self.position, self.cid);
        let at = time::text(self.envelope.at);
        let stream = name(aggregate, id);
        let event_type = printable(event_type);
        format!(
            "{FAINT}{position:>8}{FAINT:#}  {at}  {stream} {FAINT}#{FAINT:#}{version}  {NAME}{event_type}{NAME:#}  {FAINT}{cid}{FAINT:#}"
        )
    }
}

/// An aggregate instance, for people.
pub(crate) fn name(aggregate: &str, id: &str) -> String {
    format!("{}/{}", printable(aggregate), printable(id))
}

/// A text from a store, without what a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|char| {
            let escaped = char.is_control().then(|| char.escape_default());
            let plain = escaped.is_none().then_some(char);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// What caused a command: a link to an event, or the id of a command.
struct Cause(Causation);

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Causation::Command(id) => to.collect_str(&id),
            Causation::Event(cid) => Link(cid).serialize(to),
        }
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            position: u64,
            cid: Link<EventCid>,
            at: String,
            aggregate: &'a str,
            id: &'a str,
            version: u64,
            #[serde(rename = "type")]
            event_type: &'a str,
            schema: u32,
            data: DagJson<'a>,
            part: [u32; 2],
            prev: Option<Link<EventCid>>,
            actor: &'a str,
            event: String,
            command: String,
            causation: Cause,
            correlation: String,
        }

        let event = &self.envelope;
        let text = |id: Uuid| id.to_string();
        Fields {
            position: self.position,
            cid: Link(self.cid),
            at: time::text(event.at),
            aggregate: event.aggregate,
            id: event.id,
            version: event.version,
            event_type: event.event_type,
            schema: event.schema,
            data: DagJson(&self.data),
            part: [event.part, event.parts],
            prev: event.prev.map(Link),
            actor: event.actor,
            event: text(event.event_id),
            command: text(event.command_id),
            causation: Cause(event.causation),
            correlation: text(event.correlation),
        }
        .serialize(to)
    }
}
