//! A message of the stream, read as a commit.

use async_nats::jetstream::message::StreamMessage;
use async_nats::{HeaderMap, header};
use bytes::Bytes;

use super::back::Back;
use super::heads::StreamHead;
use super::wire;
use crate::car::Section;
use crate::cid::EventCid;
use crate::envelope::Envelope;
use crate::store::{StoreError, StoredEvent};
use crate::subject::StreamName;

/// A message that announces itself as a commit. Its payload has not been hashed.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) sequence: u64,
    pub(super) subject: String,
    /// The CID of the commit's last event.
    pub(super) cid: EventCid,
    pub(super) back: Back,
    pub(super) payload: Bytes,
}

/// A message that no writer of this library has sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    pub(super) sequence: u64,
    pub(super) subject: String,
    /// What it lacks.
    pub(super) problem: String,
}

impl Message {
    /// Reads a message that was asked for.
    pub(super) fn read(message: StreamMessage) -> Result<Self, Foreign> {
        let subject = message.subject.to_string();
        Self::new(message.sequence, subject, Some(&message.headers), message.payload)
    }

    /// Reads a message by its parts.
    pub(super) fn new(
        sequence: u64,
        subject: String,
        headers: Option<&HeaderMap>,
        payload: Bytes,
    ) -> Result<Self, Foreign> {
        let text = |name: &str| headers?.get_last(name).map(header::HeaderValue::as_str);
        let cid = text(wire::CID).and_then(|text| text.parse().ok());
        let back = text(wire::BACK).and_then(Back::decode);
        match (cid, back) {
            (Some(cid), Some(back)) => {
                let message = Self { sequence, subject, cid, back, payload };
                match message.other_stream() {
                    None => Ok(message),
                    Some(other) => {
                        let problem = format!("it is a commit of {other}");
                        Err(Foreign { sequence, subject: message.subject, problem })
                    }
                }
            }
            (cid, _) => {
                let missing = if cid.is_none() { wire::CID } else { wire::BACK };
                let problem = format!("it has no `{missing}` that can be read");
                Err(Foreign { sequence, subject, problem })
            }
        }
    }

    /// The events.
    pub(super) fn events(&self) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        let mut at = 0;
        while at < self.payload.len() {
            let section = self.section(at)?;
            events.push(StoredEvent {
                position: wire::position(self.sequence, events.len() as u64 + 1),
                cid: section.cid,
                block: self.payload.slice_ref(section.block),
            });
            at += section.len;
        }
        match events.last() {
            Some(last) if last.cid == self.cid => Ok(events),
            _ => Err(self.damaged("its last event is not the one that its header names")),
        }
    }

    /// The version that the commit expected.
    pub(super) fn expected(&self) -> Result<u64, StoreError> {
        let block = self.section(0)?.block;
        Ok(self.envelope(block)?.version - 1)
    }

    /// The head of the stream after this commit.
    pub(super) fn head(&self) -> Result<StreamHead, StoreError> {
        let events = self.events()?;
        let last = events.last().map_or(&[][..], |event| &event.block);
        Ok(StreamHead {
            sequence: self.sequence,
            version: self.envelope(last)?.version,
            cid: self.cid,
            back: self.back.clone(),
        })
    }

    /// Refuses a message of another stream: a list led to it, and is wrong.
    pub(super) fn of(self, stream: &StreamName) -> Result<Self, StoreError> {
        if self.subject == stream.as_str() {
            return Ok(self);
        }
        Err(self.damaged(&format!("it was expected to be of {stream}")))
    }

    /// The error for a message whose bytes make no sense.
    pub(super) fn damaged(&self, problem: &str) -> StoreError {
        let (sequence, subject) = (self.sequence, &self.subject);
        StoreError::damaged(format!(
            "the message at sequence {sequence} ({subject}) is damaged: {problem}; restore the \
             stream from a replica or a backup"
        ))
    }

    /// Another stream, if the commit says that it is of that one. Whoever may ask the server for a
    /// message may have the answer sent to any subject, and with it the commit as it was stored.
    fn other_stream(&self) -> Option<StreamName> {
        // What cannot be read is damage, and not somebody else's.
        let envelope = Envelope::decode(Section::read(&self.payload, 0).ok()?.block).ok()?;
        let stream = StreamName::new(envelope.aggregate, envelope.id).ok()?;
        (stream.as_str() != self.subject).then_some(stream)
    }

    fn section(&self, at: usize) -> Result<Section<'_>, StoreError> {
        Section::read(&self.payload[at..], at as u64)
            .map_err(|error| self.damaged(&error.to_string()))
    }

    fn envelope<'a>(&self, block: &'a [u8]) -> Result<Envelope<'a>, StoreError> {
        Envelope::decode(block).map_err(|error| self.damaged(&error.to_string()))
    }
}
