//! Commits to test stores with.

use jiff::Timestamp;
use uuid::Uuid;

use crate::cbor::Encoder;
use crate::cid::EventCid;
use crate::commit::{Commit, CommitBuilder};
use crate::envelope::{Causation, Envelope};
use crate::subject::StreamName;

/// A stream that commits are made for.
///
/// ```
/// use cim_runtime::store::conformance::SampleStream;
///
/// let mut stream = SampleStream::new("kettle");
/// let first = stream.commit(2);
/// assert_eq!((first.expected(), first.version()), (0, 2));
/// assert_eq!(stream.commit(1).expected(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct SampleStream {
    id: String,
    name: StreamName,
    version: u64,
    head: Option<EventCid>,
}

/// What the events of one commit have in common; a [`SampleStream`] fills in the rest.
#[derive(Debug, Clone)]
pub struct SampleCommit {
    /// The events' names: so many events are made.
    pub event_types: Vec<&'static str>,
    /// The root command.
    pub correlation: Uuid,
    /// When they were decided.
    pub at: Timestamp,
    /// How many bytes of data each event has.
    pub data: usize,
}

impl SampleCommit {
    /// A commit of so many events of the type `Sampled`, decided now by a root command.
    pub fn of(events: usize) -> Self {
        Self {
            event_types: vec!["Sampled"; events],
            correlation: new_id(),
            at: Timestamp::now(),
            data: 20,
        }
    }
}

impl SampleStream {
    /// The empty stream `sample.evt.thing.<id>`.
    ///
    /// # Panics
    ///
    /// When the id is empty or too long for a stream's name.
    pub fn new(id: &str) -> Self {
        let name = StreamName::new(AGGREGATE, id);
        let name = name.unwrap_or_else(|error| panic!("a sample needs another id: {error}"));
        Self { id: id.to_owned(), name, version: 0, head: None }
    }

    /// The stream as it is after `version` events, the last of which has the CID `head`.
    ///
    /// # Panics
    ///
    /// As [`SampleStream::new`].
    pub fn at(id: &str, version: u64, head: Option<EventCid>) -> Self {
        Self { version, head, ..Self::new(id) }
    }

    /// The stream's name.
    pub fn name(&self) -> &StreamName {
        &self.name
    }

    /// The version that the next commit expects.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The CID that the next commit links.
    pub fn head(&self) -> Option<EventCid> {
        self.head
    }

    /// The next commit, of so many events; the one after it builds on it.
    pub fn commit(&mut self, events: usize) -> Commit {
        self.commit_of(&SampleCommit::of(events))
    }

    /// The next commit, as described; the one after it builds on it.
    pub fn commit_of(&mut self, sample: &SampleCommit) -> Commit {
        let commit = self.draft(sample);
        (self.version, self.head) = (commit.version(), Some(commit.head()));
        commit
    }

    /// The next commit, as described, which is not built on: another one can be made for the same
    /// version.
    pub fn draft(&self, sample: &SampleCommit) -> Commit {
        let parts = sample.event_types.len() as u32;
        let command_id = new_id();
        let mut builder = CommitBuilder::new(parts);
        let (mut version, mut prev) = (self.version, self.head);
        for (part, event_type) in (1..).zip(&sample.event_types) {
            version += 1;
            let event_id = new_id();
            let envelope = Envelope {
                at: sample.at,
                id: &self.id,
                data: &[],
                part,
                parts,
                prev,
                event_type,
                actor: "conformance",
                event_id,
                schema: 1,
                command_id,
                version,
                aggregate: AGGREGATE,
                causation: Causation::Command(sample.correlation),
                correlation: sample.correlation,
            };
            let data = |to: &mut Encoder| write_data(to, &event_id, sample.data);
            // Only floats can fail to be written.
            prev = builder.push(event_type, &envelope, data).ok();
        }
        builder.finish(self.name.clone(), self.version)
    }
}

const AGGREGATE: &str = "sample.thing";

/// A UUIDv7 without asking the system for chance, which would take longer than the rest.
fn new_id() -> Uuid {
    let now = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(now, &rand::random()).into_uuid()
}

/// Bytes that no two events share, so that a block's CID is its own.
fn write_data(to: &mut Encoder, event_id: &Uuid, len: usize) {
    let mut bytes = vec![0; len];
    blake3::Hasher::new().update(event_id.as_bytes()).finalize_xof().fill(&mut bytes);
    to.map(1);
    to.text("bytes");
    to.bytes(&bytes);
}
