//! Events with all that is known about them: what readers of a stream get.

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::cbor::Decoder;
use crate::cid::EventCid;
use crate::engine::Cause;
use crate::envelope::Causation;
use crate::event::EventSet;
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
    /// Its own id, a UUIDv7.
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
}

impl<E: EventSet> Recorded<E> {
    /// Reads a stored event of the machine that has the events `E`, after re-hashing it; what is
    /// wrong is returned as a sentence.
    pub(crate) fn read(stored: &StoredEvent) -> Result<Self, String> {
        stored.verify().map_err(|error| error.to_string())?;
        let envelope = stored.envelope().map_err(|error| error.to_string())?;
        let mut data = Decoder::new(envelope.data);
        let event = E::decode(envelope.event_type, envelope.schema, &mut data);
        let event = event.ok_or_else(|| format!("`{}` is unknown", envelope.event_type))?;
        Ok(Self {
            event: event.map_err(|error| error.to_string())?,
            cid: stored.cid,
            position: stored.position,
            version: envelope.version,
            event_id: envelope.event_id,
            at: envelope.at,
            actor: Actor::new(envelope.actor),
            command_id: envelope.command_id,
            causation: envelope.causation,
            correlation: envelope.correlation,
        })
    }
}

impl<E> From<&Recorded<E>> for Cause {
    fn from(recorded: &Recorded<E>) -> Self {
        Self { correlation: recorded.correlation, event: recorded.cid }
    }
}
