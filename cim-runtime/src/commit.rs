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
///
/// ```
/// use cim_runtime::Commit;
/// use cim_runtime::store::conformance::SampleStream;
///
/// // A message's payload, a piece of a log or of an exported file is read in the same way.
/// let sample = SampleStream::new("kettle").commit(3);
/// let commit = Commit::read(sample.sections(), 0)?;
/// assert_eq!((commit.expected(), commit.version()), (0, 3));
/// assert_eq!(commit.head(), commit.events()[2].cid);
/// # Ok::<_, cim_runtime::CommitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    stream: StreamName,
    expected: u64,
    prev: Option<EventCid>,
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
    /// The sections of one commit take more than 4 GiB.
    #[error("byte {at}: a commit takes more than 4 GiB")]
    TooLarge {
        /// Where it grows beyond.
        at: u64,
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
        let (expected, prev) = (envelope.version - 1, envelope.prev);
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
            let offset = u32::try_from(len).map_err(|_| CommitError::TooLarge { at })?;
            let section = Section::read(&bytes[len..], at)?;
            section.verify(at)?;
            let envelope = decode(&section)?;
            follows(&last.1, &last.0.cid, &envelope)
                .map_err(|problem| CommitError::Sequence { cid: section.cid, problem })?;
            events.push(CommitEvent::new(&section, offset, &envelope));
            len += section.len;
            last = (section, envelope);
        }
        Ok(Self { stream, expected, prev, events, sections: bytes.slice(..len) })
    }

    /// The stream the commit belongs to.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The stream's version that the commit was decided on; its own first event has the next.
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// The event that the commit's first event links: the head of the stream it was decided on.
    pub fn prev(&self) -> Option<EventCid> {
        self.prev
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
    fn new(section: &Section<'_>, offset: u32, envelope: &Envelope<'_>) -> Self {
        Self {
            cid: section.cid,
            offset,
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
    if last.version.checked_add(1) != Some(next.version) {
        return Err(format!("version {} follows version {}", next.version, last.version));
    }
    if next.prev != Some(*last_cid) {
        return Err("its `prev` is not the event before it".to_owned());
    }
    let command = |event: &Envelope<'_>| (event.command_id, event.correlation, event.causation);
    if command(next) != command(last) {
        return Err("it is of another command".to_owned());
    }
    Ok(())
}

/// Builds a commit event by event; each links the one before.
#[derive(Debug)]
pub(crate) struct CommitBuilder {
    bytes: Vec<u8>,
    prev: Option<EventCid>,
    events: SmallVec<[CommitEvent; 1]>,
}

impl CommitBuilder {
    /// Room for `parts` events of the usual size.
    pub(crate) fn new(parts: u32) -> Self {
        Self {
            bytes: Vec::with_capacity(512 * parts as usize),
            prev: None,
            events: SmallVec::new(),
        }
    }

    /// Appends the event whose envelope this is, and whose fields `data` writes.
    #[inline]
    pub(crate) fn push(
        &mut self,
        event_type: &'static str,
        envelope: &Envelope<'_>,
        data: impl FnOnce(&mut Encoder),
    ) -> Result<EventCid, EncodeError> {
        let offset = u32::try_from(self.bytes.len()).map_err(|_| EncodeError::TooLarge)?;
        if self.events.is_empty() {
            self.prev = envelope.prev;
        }
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
        Commit {
            stream,
            expected,
            prev: self.prev,
            events: self.events,
            sections: self.bytes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Causation;
    use crate::envelope::tests::first;

    /// A commit of three events behind version 4 of `shop.order`/`1`, with each envelope changed.
    fn commit_of(change: impl Fn(u32, &mut Envelope<'_>)) -> Commit {
        let mut builder = CommitBuilder::new(3);
        let mut prev = EventCid::of(b"the fourth");
        for part in 1..=3 {
            let version = 4 + u64::from(part);
            let mut envelope = Envelope { part, parts: 3, version, prev: Some(prev), ..first() };
            change(part, &mut envelope);
            prev = builder.push("OrderPlaced", &envelope, |to| _ = to.map(0)).unwrap();
        }
        builder.finish(StreamName::new("shop.order", "1").unwrap(), 4)
    }

    fn sound() -> Commit {
        commit_of(|_, _| {})
    }

    #[test]
    fn a_commit_of_several_events_comes_back() {
        let commit = sound();
        assert_eq!((commit.expected(), commit.version()), (4, 7));
        assert_eq!(commit.head(), commit.events()[2].cid);
        assert_eq!(Commit::read(commit.sections(), 0).unwrap(), commit);
    }

    #[test]
    fn what_follows_a_commit_is_left() {
        let commit = sound();
        let bytes = [commit.sections(), &b"more"[..]].concat();
        assert_eq!(Commit::read(&bytes.into(), 0).unwrap(), commit);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_seen() {
        let commit = sound();
        let sections = commit.sections();
        for at in 0..sections.len() {
            assert!(Commit::read(&sections.slice(..at), 0).is_err(), "cut at {at}");
            let mut flipped = sections.to_vec();
            flipped[at] ^= 1;
            assert!(Commit::read(&flipped.into(), 0).is_err(), "flipped at {at}");
        }
    }

    #[track_caller]
    fn refused(why: &str, change: impl Fn(u32, &mut Envelope<'_>)) {
        let error = Commit::read(commit_of(change).sections(), 0).unwrap_err();
        let CommitError::Sequence { problem, .. } = &error else {
            panic!("not a broken sequence: {error}")
        };
        assert!(problem.contains(why), "expected {why:?} in {problem:?}");
    }

    #[test]
    fn each_rule_of_the_sequence_is_held() {
        let last = |change: fn(&mut Envelope<'_>)| {
            move |part, envelope: &mut Envelope<'_>| {
                if part == 3 {
                    change(envelope);
                }
            }
        };
        refused("belongs to shop.order/2", last(|event| event.id = "2"));
        refused("belongs to shop.cart/1", last(|event| event.aggregate = "shop.cart"));
        refused("part 2 of 3 follows part 2", last(|event| event.part = 2));
        refused("part 3 of 4 follows part 2", last(|event| event.parts = 4));
        refused("version 8 follows version 6", last(|event| event.version = 8));
        refused("`prev` is not", last(|event| event.prev = Some(EventCid::of(b"other"))));
        refused("another command", last(|event| event.command_id = Uuid::nil()));
        refused("another command", last(|event| event.correlation = Uuid::nil()));
        refused(
            "another command",
            last(|event| event.causation = Causation::Event(EventCid::of(b""))),
        );
        refused("part 2 of 4, and part 1 is not", |_, event| {
            (event.part, event.parts) = (event.part + 1, 4);
        });
    }

    #[test]
    fn the_greatest_version_has_no_successor() {
        refused("follows version 18446744073709551615", |_, event| event.version = u64::MAX);
    }

    #[test]
    fn a_name_that_is_no_subject_is_refused() {
        for (aggregate, id) in [("shop.*", "1"), ("shop", "1"), ("shop.order", "")] {
            let commit = commit_of(|_, event| (event.aggregate, event.id) = (aggregate, id));
            let error = Commit::read(commit.sections(), 0).unwrap_err();
            assert!(matches!(error, CommitError::Stream { .. }), "{error}");
        }
    }

    #[test]
    fn a_block_that_is_no_event_is_refused() {
        let mut bytes = Vec::new();
        car::write_section(&mut bytes, &EventCid::of(b"\xa0"), b"\xa0");
        let error = Commit::read(&bytes.into(), 0).unwrap_err();
        assert!(matches!(error, CommitError::Block { .. }), "{error}");
    }
}
