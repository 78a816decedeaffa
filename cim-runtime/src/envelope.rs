//! What is stored around the data of an event.
//!
//! A block is a DAG-CBOR map of these keys, in canonical order:
//!
//! | key | value |
//! |---|---|
//! | `at` | time of the decision, microseconds since 1970 |
//! | `id` | the aggregate's id, a text |
//! | `data` | the event's own fields, a map |
//! | `part` | its place in its commit, `[i, n]`, from 1 |
//! | `prev` | link to the aggregate's previous event; null for its first |
//! | `type` | the event's name |
//! | `actor` | on whose behalf |
//! | `event` | the event's id, a UUID as 16 bytes: a UUIDv7 where it was decided here |
//! | `schema` | the version of the event's type, from 1 |
//! | `command` | the id of the command that was decided |
//! | `version` | the event's number in its stream, from 1 |
//! | `aggregate` | the aggregate's type, such as `shop.order` |
//! | `causation` | what caused the command: link to an event, or the id of the command itself if it is a root |
//! | `correlation` | the id of the root command |

use jiff::Timestamp;
use uuid::Uuid;

use crate::cbor::{DecodeError, Decoder, Encoder, Value};
use crate::cid::EventCid;

/// The number of keys of a block.
const KEYS: usize = 14;

/// What made a command be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Causation {
    /// Nothing before it: the command is a root, and this is its id.
    Command(Uuid),
    /// An event, to which something reacted with the command.
    Event(EventCid),
}

/// One event's block, read but not yet understood: the envelope, and the bytes of its data.
///
/// ```
/// use cim_runtime::store::conformance::SampleStream;
/// use cim_runtime::store::{MemoryStore, Store as _};
///
/// # futures::executor::block_on(async {
/// let store = MemoryStore::new();
/// store.commit(SampleStream::new("kettle").commit(2)).await?;
///
/// let events = store.read_all(0, 10).await?;
/// let envelope = events[1].envelope().expect("stores hold events");
/// assert_eq!((envelope.version, envelope.part, envelope.parts), (2, 2, 2));
/// assert_eq!(envelope.prev, Some(events[0].cid));
/// # Ok::<_, cim_runtime::store::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// When the command was decided, to the microsecond.
    pub at: Timestamp,
    /// The aggregate's id, as text.
    pub id: &'a str,
    /// The event's fields, a canonical DAG-CBOR map.
    pub data: &'a [u8],
    /// The event's place in its commit, from 1.
    pub part: u32,
    /// How many events its commit has.
    pub parts: u32,
    /// The aggregate's previous event.
    pub prev: Option<EventCid>,
    /// The event's name, such as `OrderPlaced`.
    pub event_type: &'a str,
    /// On whose behalf the command was sent.
    pub actor: &'a str,
    /// The event's id: a UUIDv7, unless it was taken over from elsewhere.
    pub event_id: Uuid,
    /// The version of the event's type, from 1.
    pub schema: u32,
    /// The id of the command.
    pub command_id: Uuid,
    /// The event's number in its stream, from 1.
    pub version: u64,
    /// The type of the aggregate, such as `shop.order`.
    pub aggregate: &'a str,
    /// What caused the command.
    pub causation: Causation,
    /// The id of the root command.
    pub correlation: Uuid,
}

impl<'a> Envelope<'a> {
    /// Reads a block.
    ///
    /// # Errors
    ///
    /// When the bytes are not a canonical block of an event.
    pub fn decode(block: &'a [u8]) -> Result<Self, DecodeError> {
        let mut from = Decoder::new(block);
        let envelope = Self::decode_from(&mut from)?;
        from.finish()?;
        Ok(envelope)
    }

    fn decode_from(from: &mut Decoder<'a>) -> Result<Self, DecodeError> {
        from.map(KEYS)?;
        let at = from.field("at")?;
        from.key("id")?;
        let id = from.text()?;
        from.key("data")?;
        from.clone().any_map()?;
        let data = from.skip()?;
        from.key("part")?;
        from.array(2)?;
        let (part, parts) = (u32::decode(from)?, u32::decode(from)?);
        if part == 0 || part > parts {
            return Err(from.error(format!("an event is part {part} of {parts}")));
        }
        let prev: Option<EventCid> = from.field("prev")?;
        from.key("type")?;
        let event_type = from.text()?;
        from.key("actor")?;
        let actor = from.text()?;
        let event_id = from.field("event")?;
        let schema = from.field("schema")?;
        if schema == 0 {
            return Err(from.error("the versions of an event's type start at 1"));
        }
        let command_id = from.field("command")?;
        let version: u64 = from.field("version")?;
        if version == 0 || (version == 1) != prev.is_none() {
            return Err(from.error("the first event of a stream, and it alone, has no `prev`"));
        }
        from.key("aggregate")?;
        let aggregate = from.text()?;
        from.key("causation")?;
        let causation = if from.at_link() {
            Causation::Event(from.link()?)
        } else {
            Causation::Command(Value::decode(from)?)
        };
        let correlation = from.field("correlation")?;
        Ok(Self {
            at,
            id,
            data,
            part,
            parts,
            prev,
            event_type,
            actor,
            event_id,
            schema,
            command_id,
            version,
            aggregate,
            causation,
            correlation,
        })
    }

    /// Appends the block to `to`; `data` writes the event's fields, and [`Envelope::data`] is not
    /// read.
    #[inline]
    pub(crate) fn encode_with(&self, to: &mut Encoder, data: impl FnOnce(&mut Encoder)) {
        to.map(KEYS);
        to.text("at");
        self.at.encode(to);
        to.text("id");
        to.text(self.id);
        to.text("data");
        data(to);
        to.text("part");
        to.array(2);
        self.part.encode(to);
        self.parts.encode(to);
        to.text("prev");
        self.prev.encode(to);
        to.text("type");
        to.text(self.event_type);
        to.text("actor");
        to.text(self.actor);
        to.text("event");
        self.event_id.encode(to);
        to.text("schema");
        self.schema.encode(to);
        to.text("command");
        self.command_id.encode(to);
        to.text("version");
        self.version.encode(to);
        to.text("aggregate");
        to.text(self.aggregate);
        to.text("causation");
        match &self.causation {
            Causation::Command(id) => id.encode(to),
            Causation::Event(cid) => cid.encode(to),
        }
        to.text("correlation");
        self.correlation.encode(to);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ipld_core::ipld::Ipld;

    use super::*;

    /// The first event of `shop.order`/`1`, alone in its commit.
    pub(crate) fn first() -> Envelope<'static> {
        let command = Uuid::from_u128(3);
        Envelope {
            at: Timestamp::from_microsecond(1_700_000_000_123_456).unwrap(),
            id: "1",
            data: b"\xa1\x61n\x01",
            part: 1,
            parts: 1,
            prev: None,
            event_type: "OrderPlaced",
            actor: "tests",
            event_id: Uuid::from_u128(2),
            schema: 1,
            command_id: command,
            version: 1,
            aggregate: "shop.order",
            causation: Causation::Command(command),
            correlation: command,
        }
    }

    fn encode(envelope: &Envelope<'_>) -> Vec<u8> {
        let mut to = Encoder::default();
        envelope.encode_with(&mut to, |to| {
            to.map(1);
            to.text("n");
            to.unsigned(1);
        });
        to.finish().unwrap()
    }

    fn second() -> Envelope<'static> {
        let cause = EventCid::of(b"cause");
        let prev = Some(EventCid::of(b"prev"));
        Envelope { prev, version: 2, causation: Causation::Event(cause), ..first() }
    }

    #[test]
    fn an_envelope_comes_back() {
        for envelope in [first(), second()] {
            assert_eq!(Envelope::decode(&encode(&envelope)), Ok(envelope));
        }
    }

    #[test]
    fn a_block_is_the_same_to_another_library() {
        for envelope in [first(), second()] {
            let block = encode(&envelope);
            assert_eq!(crate::cbor::check(&block), Ok(()));
            let value: Ipld = serde_ipld_dagcbor::from_slice(&block).unwrap();
            assert_eq!(serde_ipld_dagcbor::to_vec(&value).unwrap(), block);
        }
    }

    /// The block of `first`, with one entry put in place of its own.
    fn with(key: &str, value: Ipld) -> Result<(), DecodeError> {
        let Ipld::Map(mut map) = serde_ipld_dagcbor::from_slice(&encode(&first())).unwrap() else {
            unreachable!("a block is a map")
        };
        map.insert(key.to_owned(), value);
        let block = serde_ipld_dagcbor::to_vec(&Ipld::Map(map)).unwrap();
        Envelope::decode(&block).map(drop)
    }

    #[test]
    fn every_entry_has_its_type() {
        assert_eq!(with("actor", Ipld::String("someone".to_owned())), Ok(()));
        for key in [
            "at",
            "id",
            "data",
            "part",
            "prev",
            "type",
            "actor",
            "event",
            "schema",
            "command",
            "version",
            "aggregate",
            "causation",
            "correlation",
        ] {
            assert!(with(key, Ipld::Bool(true)).is_err(), "{key}");
        }
        assert!(with("more", Ipld::Bool(true)).is_err());
    }

    #[test]
    fn an_events_data_is_a_map() {
        assert!(with("data", Ipld::List(Vec::new())).is_err());
        assert!(with("data", Ipld::Map(Default::default())).is_ok());
    }

    #[test]
    fn parts_and_versions_count_from_1() {
        let part = |i, n| with("part", Ipld::List(vec![Ipld::Integer(i), Ipld::Integer(n)]));
        assert_eq!(part(2, 2), Ok(()));
        assert!(part(0, 1).is_err());
        assert!(part(2, 1).is_err());
        assert!(part(1, 1 << 32).is_err());
        assert!(with("schema", Ipld::Integer(0)).is_err());
        assert!(with("version", Ipld::Integer(0)).is_err());
    }

    #[test]
    fn the_first_event_alone_has_no_prev() {
        assert!(with("version", Ipld::Integer(2)).is_err());
        assert!(with("prev", Ipld::Link(EventCid::of(b"x").into())).is_err());
    }

    #[test]
    fn nothing_follows_the_map() {
        let mut block = encode(&first());
        block.push(0);
        assert!(Envelope::decode(&block).is_err());
        for len in 0..block.len() - 1 {
            assert!(Envelope::decode(&block[..len]).is_err());
        }
    }
}
