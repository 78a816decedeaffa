//! What goes with a command, and what comes back.

use std::borrow::Cow;

use jiff::Timestamp;
use smallvec::SmallVec;
use uuid::Uuid;

use crate::actor::Actor;
use crate::cid::EventCid;
use crate::envelope::Causation;
use crate::store::StoredEvent;

/// A command's envelope.
#[derive(Debug, Clone)]
pub struct Message {
    /// The command's id.
    pub command_id: Uuid,
    /// Whether the id was given by the caller, so that the command may have been decided before.
    pub repeatable: bool,
    /// On whose behalf.
    pub actor: Actor,
    /// When it was sent, to the microsecond.
    pub now: Timestamp,
    /// The event it reacts to; a root command has none.
    pub cause: Option<Cause>,
}

impl Message {
    /// The id of the root command: its own, or that of the cause's root.
    pub fn correlation(&self) -> Uuid {
        self.cause.map_or(self.command_id, |cause| cause.correlation)
    }

    pub(crate) fn causation(&self) -> Causation {
        match self.cause {
            Some(cause) => Causation::Event(cause.event),
            None => Causation::Command(self.command_id),
        }
    }
}

/// An event that a command reacts to: the command inherits its correlation and names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The id of the root command.
    pub correlation: Uuid,
    /// The event.
    pub event: EventCid,
}

impl From<&Receipt> for Cause {
    fn from(receipt: &Receipt) -> Self {
        Self { correlation: receipt.correlation, event: receipt.head() }
    }
}

/// The ids of an event that was decided elsewhere, and is taken over with them.
///
/// See [`Live::commit_from`](super::Live::commit_from).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The event's own id, of whatever version of UUIDs.
    pub event_id: Uuid,
    /// The command that was decided.
    pub command_id: Uuid,
    /// What caused the command: an event that is stored here, or the command alone.
    pub causation: Causation,
    /// The root command.
    pub correlation: Uuid,
}

impl Origin {
    /// Of what is decided here; the ids of its events are not asked of it.
    pub(crate) fn of(message: &Message) -> Self {
        Self {
            event_id: Uuid::nil(),
            command_id: message.command_id,
            causation: message.causation(),
            correlation: message.correlation(),
        }
    }
}

/// How a command ended that was not refused.
///
/// ```
/// # use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
/// # #[system(aggregates(Door))] pub struct House;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let house = House::open("memory:").await?.with_command_id(Uuid::from_u128(7));
/// let id: DoorId = "front".parse()?;
///
/// let Sent::Stored(receipt) = house.send(&id, OpenDoor).await? else { panic!("a door opens") };
/// assert_eq!((receipt.version, receipt.position, receipt.attempts), (1, 1, 1));
///
/// let again = house.send(&id, OpenDoor).await?;
/// assert!(matches!(&again, Sent::Repeated(first) if first.head() == receipt.head()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Its events are stored.
    Stored(Receipt),
    /// It had been sent before, with the same id, and its events were stored then.
    Repeated(Receipt),
    /// It was accepted, and nothing happened.
    Unchanged {
        /// The aggregate's version.
        version: u64,
    },
}

impl Sent {
    /// What was stored, now or before.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Sent::Stored(receipt) | Sent::Repeated(receipt) => Some(receipt),
            Sent::Unchanged { .. } => None,
        }
    }

    /// The aggregate's version afterwards.
    pub fn version(&self) -> u64 {
        match self {
            Sent::Stored(receipt) | Sent::Repeated(receipt) => receipt.version,
            Sent::Unchanged { version } => *version,
        }
    }
}

/// The proof that a command's events are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The command's id.
    pub command_id: Uuid,
    /// The id of the root command.
    pub correlation: Uuid,
    /// The aggregate's version after the last of the events.
    pub version: u64,
    /// The position of the last of the events.
    pub position: u64,
    /// The events, in order; there is one at least.
    pub events: SmallVec<[EventCid; 1]>,
    /// Their types, such as `OrderPlaced`: which of its outcomes the command had.
    pub event_types: SmallVec<[Cow<'static, str>; 1]>,
    /// How often the command was decided before its events could be stored: more than once if
    /// others changed the aggregate meanwhile.
    pub attempts: u32,
}

impl Receipt {
    /// The last of the events.
    pub fn head(&self) -> EventCid {
        self.events[self.events.len() - 1]
    }

    /// What `events` say of the command with this id that went to the aggregate with this stream
    /// name's parts, if they hold all of its events.
    pub(crate) fn among(
        events: &[StoredEvent],
        aggregate: &str,
        id: &str,
        command_id: Uuid,
    ) -> Option<Self> {
        let mut receipt: Option<Self> = None;
        for event in events {
            let Ok(envelope) = event.envelope() else { continue };
            if (envelope.aggregate, envelope.id, envelope.command_id) != (aggregate, id, command_id)
            {
                continue;
            }
            let receipt = receipt.get_or_insert_with(|| Self {
                command_id,
                correlation: envelope.correlation,
                version: 0,
                position: 0,
                events: SmallVec::new(),
                event_types: SmallVec::new(),
                attempts: 0,
            });
            receipt.version = envelope.version;
            receipt.position = event.position;
            receipt.events.push(event.cid);
            receipt.event_types.push(envelope.event_type.to_owned().into());
        }
        receipt
    }
}
