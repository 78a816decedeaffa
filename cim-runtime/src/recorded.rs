//! Events with all that is known about them: what readers of a stream get.

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::cbor::Decoder;
use crate::cid::EventCid;
use crate::engine::Cause;
use crate::envelope::{Causation, Envelope};
use crate::event::{Event, EventSet as _};
use crate::id::DomainId;
use crate::machine::{Aggregate, InOneAggregate};
use crate::projection::Heard;
use crate::store::StoredEvent;

/// An event as it was stored, with its envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// The event.
    pub event: E,
    /// Its block.
    pub cid: EventCid,
    /// Its number in the store, from 1.
    pub position: u64,
    /// Its number in its stream, from 1.
    pub version: u64,
    /// Its own id: a UUIDv7, unless it was taken over from elsewhere.
    pub event_id: Uuid,
    /// When it was decided, to the microsecond.
    pub at: Timestamp,
    /// On whose behalf.
    pub actor: Actor,
    /// The command that was decided.
    pub command_id: Uuid,
    /// What caused the command.
    pub causation: Causation,
    /// The root command.
    pub correlation: Uuid,
    aggregate_id: Box<str>,
}

impl<E> Recorded<E> {
    /// The id of the aggregate, as a text.
    pub fn aggregate_id(&self) -> &str {
        &self.aggregate_id
    }

    /// The record of an event of an aggregate, if that has an id as the aggregate's are.
    pub(crate) fn known<A: Aggregate>(
        event: E,
        stored: &StoredEvent,
        envelope: &Envelope<'_>,
    ) -> Result<Self, String> {
        envelope.id.parse::<A::Id>().map_err(|error| error.to_string())?;
        Ok(Self::new(event, stored, envelope))
    }

    pub(crate) fn new(event: E, stored: &StoredEvent, envelope: &Envelope<'_>) -> Self {
        Self {
            event,
            cid: stored.cid,
            position: stored.position,
            version: envelope.version,
            event_id: envelope.event_id,
            at: envelope.at,
            actor: Actor::new(envelope.actor),
            command_id: envelope.command_id,
            causation: envelope.causation,
            correlation: envelope.correlation,
            aggregate_id: envelope.id.into(),
        }
    }
}

impl<E: Heard> Recorded<E> {
    /// The id of the aggregate that the event belongs to.
    pub fn id(&self) -> IdIn<E> {
        self.parsed()
    }
}

impl<E> Recorded<E> {
    fn parsed<Id: DomainId>(&self) -> Id {
        match self.aggregate_id.parse() {
            Ok(id) => id,
            Err(error) => unreachable!("it was read as an id before: {error}"),
        }
    }
}

/// The id, also of an event that no method can take, such as an older version. Whoever takes one is
/// told so where it is named, and not once more where it is asked for its id.
#[doc(hidden)]
pub trait Identified {
    type Id;

    fn id(&self) -> Self::Id;
}

#[diagnostic::do_not_recommend]
impl<E: Event<Of: InOneAggregate>> Identified for Recorded<E> {
    type Id = <<E::Of as InOneAggregate>::Owner as Aggregate>::Id;

    fn id(&self) -> Self::Id {
        self.parsed()
    }
}

/// The id of the aggregate that an event belongs to.
pub type IdIn<E> = <<E as Heard>::Owner as Aggregate>::Id;

/// Reads a stored event of an aggregate, after re-hashing it; what is wrong is returned as a sentence.
pub(crate) fn read<A: Aggregate>(stored: &StoredEvent) -> Result<Recorded<A::Event>, String> {
    stored.verify().map_err(|error| error.to_string())?;
    let envelope = stored.envelope().map_err(|error| error.to_string())?;
    let mut data = Decoder::new(envelope.data);
    let event = A::Event::decode(envelope.event_type, envelope.schema, &mut data);
    let event = event.ok_or_else(|| format!("`{}` is unknown", envelope.event_type))?;
    let event = event.map_err(|error| error.to_string())?;
    Recorded::known::<A>(event, stored, &envelope)
}

impl<E> From<&Recorded<E>> for Cause {
    fn from(recorded: &Recorded<E>) -> Self {
        Self { correlation: recorded.correlation, event: recorded.cid }
    }
}
