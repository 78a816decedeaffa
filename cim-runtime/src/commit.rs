//! The events of one command, which are stored together or not at all.

use bytes::Bytes;
use jiff::Timestamp;
use smallvec::SmallVec;
use std::borrow::Cow;
use uuid::Uuid;

use crate::car::{self, CarError, Section};
use crate::cbor::{DecodeError, EncodeError, Encoder};
use crate::cid::EventCid;
use crate::envelope::Envelope;
use crate::id::InvalidId;
use crate::subject::StreamName;

/// A commit: 1 to n events of one aggregate, as the CAR sections that every store keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    stream: StreamName,
    expected: u64,
    events: SmallVec<[CommitEvent; 1]>,
    sections: Bytes,
}

/// What a store's index has to know about an event of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitEvent {
    /// The event's CID.
    pub cid: EventCid,
    /// Where its section starts among the sections of the commit.
    pub offset: u32,
    /// The event's name.
    pub event_type: Cow<'static, str>,
    /// The root command's id.
    pub correlation: Uuid,
    /// When the command was decided.
    pub at: Timestamp,
}

/// Why blocks are not a commit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A section cannot be read, or its block does not match its CID.
    #[error(transparent)]
    Car(#[from] CarError),
    /// A block is not that of an event.
    #[error("block {cid} is not an event in canonical DAG-CBOR: {source}")]
    Block {
        /// The block.
        cid: EventCid,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// An aggregate's name or id could not be a subject.
    #[error("block {cid}: {source}")]
    Stream {
        /// The block.
        cid: EventCid,
        /// What is wrong.
        source: InvalidId,
    },
    /// The events do not follow each other as a commit's do.
    #[error("block {cid} breaks its commit: {problem}")]
    Sequence {
        /// The block.
        cid: EventCid,
        /// What should follow and does not.
        problem: String,
    },
}

impl Commit {
    /// Reads the commit at the start of `bytes`, which stand at `at` in their file, re-hashing
    /// every block; the commit's length is that of [`Commit::sections`].
    ///
    /// # Errors
    ///
    /// When no whole and sound commit stands there.
    pub fn read(bytes: &Bytes, at: u64) -> Result<Self, CommitError> {
        let first = Section::read(bytes, at)?;
        first.verify(at)?;
        let envelope = decode(&first)?;
        let stream = StreamName::new(envelope.aggregate, envelope.id)
            .map_err(|source| CommitError::Stream { cid: first.cid, source })?;
        let expected = envelope.version - 1;
        if envelope.part != 1 {
            let problem = format!(
                "it is part {} of {}, and part 1 is not before it",
                envelope.part, envelope.parts
            );
            return Err(CommitError::Sequence { cid: first.cid, problem });
        }
        let parts = envelope.parts;
        let mut events = SmallVec::new();
        events.push(CommitEvent::new(&first, 0, &envelope));
        let mut len = first.len;
        let mut last = (first, envelope);
        while (events.len() as u64) < u64::from(parts) {
            let at = at + len as u64;
            let section = Section::read(&bytes[len..], at)?;
            section.verify(at)?;
            let envelope = decode(&section)?;
            follows(&last.1, &last.0.cid, &envelope)
                .map_err(|problem| CommitError::Sequence { cid: section.cid, problem })?;
            events.push(CommitEvent::new(&section, len, &envelope));
            len += section.len;
            last = (section, envelope);
        }
        Ok(Self { stream, expected, events, sections: bytes.slice(..len) })
    }

    /// The stream the commit belongs to.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The stream's version that the commit was decided on; its own first event has the next.
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// The stream's version once the commit is stored.
    pub fn version(&self) -> u64 {
        self.expected + self.events.len() as u64
    }

    /// The events, in order; there is one at least.
    pub fn events(&self) -> &[CommitEvent] {
        &self.events
    }

    /// The CID of the last event: the head of the stream once the commit is stored.
    pub fn head(&self) -> EventCid {
        self.events[self.events.len() - 1].cid
    }

    /// The sections, which are the stored form.
    pub fn sections(&self) -> &Bytes {
        &self.sections
    }
}

impl CommitEvent {
    fn new(section: &Section<'_>, offset: usize, envelope: &Envelope<'_>) -> Self {
        Self {
            cid: section.cid,
            offset: offset as u32,
            event_type: Cow::Owned(envelope.event_type.to_owned()),
            correlation: envelope.correlation,
            at: envelope.at,
        }
    }
}

fn decode<'a>(section: &Section<'a>) -> Result<Envelope<'a>, CommitError> {
    Envelope::decode(section.block)
        .map_err(|source| CommitError::Block { cid: section.cid, source })
}

/// Whether `next` may follow `last` in one commit.
fn follows(last: &Envelope<'_>, last_cid: &EventCid, next: &Envelope<'_>) -> Result<(), String> {
    if (next.aggregate, next.id) != (last.aggregate, last.id) {
        return Err(format!("it belongs to {}/{}", next.aggregate, next.id));
    }
    if (next.part, next.parts) != (last.part + 1, last.parts) {
        return Err(format!("part {} of {} follows part {}", next.part, next.parts, last.part));
    }
    if next.version != last.version + 1 {
        return Err(format!("version {} follows version {}", next.version, last.version));
    }
    if next.prev != Some(*last_cid) {
        return Err("its `prev` is not the event before it".to_owned());
    }
    if next.command_id != last.command_id {
        return Err("it is of another command".to_owned());
    }
    Ok(())
}

/// Builds a commit event by event; each links the one before.
#[derive(Debug)]
pub(crate) struct CommitBuilder {
    bytes: Vec<u8>,
    events: SmallVec<[CommitEvent; 1]>,
}

impl CommitBuilder {
    /// Room for `parts` events of the usual size.
    pub(crate) fn new(parts: u32) -> Self {
        Self { bytes: Vec::with_capacity(512 * parts as usize), events: SmallVec::new() }
    }

    /// Appends the event whose envelope this is, and whose fields `data` writes.
    #[inline]
    pub(crate) fn push(
        &mut self,
        event_type: &'static str,
        envelope: &Envelope<'_>,
        data: impl FnOnce(&mut Encoder),
    ) -> Result<EventCid, EncodeError> {
        let offset = self.bytes.len() as u32;
        let bytes = std::mem::take(&mut self.bytes);
        let (cid, bytes) = car::push_section(bytes, |to| envelope.encode_with(to, data));
        self.bytes = bytes?;
        self.events.push(CommitEvent {
            cid,
            offset,
            event_type: Cow::Borrowed(event_type),
            correlation: envelope.correlation,
            at: envelope.at,
        });
        Ok(cid)
    }

    /// The commit to `stream` behind version `expected`.
    pub(crate) fn finish(self, stream: StreamName, expected: u64) -> Commit {
        Commit { stream, expected, events: self.events, sections: self.bytes.into() }
    }
}
