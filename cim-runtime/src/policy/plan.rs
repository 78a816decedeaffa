//! What a policy has answered to an event, before anything is sent.

use jiff::Timestamp;
use rustc_hash::FxHashMap;
use uuid::Uuid;

use super::address::{Cancel, To};
use super::id::{Origin, Purpose, depth_of};
use super::refused::KeptRefusal;
use crate::cbor;
use crate::cid::EventCid;
use crate::envelope::Envelope;
use crate::machine::{Aggregate as _, Command, Handles, InOneAggregate};
use crate::prelude::value;
use crate::projection::{Fate, Incoming};
use crate::store::StoredEvent;
use crate::system::OwnerOf;

/// A stored event, offered to one method of a policy after the other until one takes it.
#[derive(Debug)]
pub struct Reacting<'a> {
    incoming: Incoming<'a>,
    plan: Plan,
}

impl<'a> Reacting<'a> {
    pub(super) fn new(
        policy: &'static str,
        stored: &'a StoredEvent,
        envelope: &'a Envelope<'a>,
    ) -> Self {
        let plan = Plan::new(policy, stored, envelope);
        Self { incoming: Incoming::new(stored, envelope), plan }
    }

    /// The event, and where what it calls for is written down.
    #[doc(hidden)]
    pub fn parts(&mut self) -> (&mut Incoming<'a>, &mut Plan) {
        (&mut self.incoming, &mut self.plan)
    }

    /// Whether it is to be offered once more, to methods that take whatever is left.
    pub(super) fn offer_again(&mut self) -> bool {
        self.incoming.offer_again()
    }

    pub(super) fn end(self) -> (Fate, Plan) {
        (self.incoming.fate(), self.plan)
    }
}

/// The number of the first command that answers to a refusal: an event does not call for so many.
pub(super) const COMPENSATING: u32 = 1 << 24;

/// Commands that one event calls for, in order.
#[derive(Debug)]
pub struct Plan {
    position: u64,
    event: EventCid,
    decided: Timestamp,
    correlation: Uuid,
    depth: u8,
    origin: Origin,
    commands: u32,
    /// How many commands there are for each purpose.
    purposes: FxHashMap<Purpose, u32>,
    pub(super) steps: Vec<Planned>,
    /// Whether the world is to be acted on.
    pub(super) acts: bool,
}

/// A thing to do because of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Planned {
    /// Send a command, at once or at this time.
    Send(Letter, Option<Timestamp>),
    /// Take back what waits for its time: all of it, or what has this key.
    Cancel(Name, Option<String>),
}

/// A command without its type, on its way to an aggregate.
#[value]
pub(super) struct Letter {
    /// Such as `shop.order`.
    pub(super) aggregate: String,
    /// The aggregate's id.
    pub(super) id: String,
    /// The command's name.
    pub(super) command: String,
    /// The command's fields.
    pub(super) data: Vec<u8>,
    /// The event that calls for it.
    pub(super) event: EventCid,
    /// The event's position.
    pub(super) position: u64,
    /// Which of the event's commands it is, from 0.
    pub(super) index: u32,
    /// The id under which it is sent, each time.
    pub(super) command_id: Uuid,
    /// The root command.
    pub(super) correlation: Uuid,
    /// How often it was sent.
    pub(super) attempts: u32,
    /// What it replaces, while that waits for its time, has the same key.
    pub(super) key: Option<String>,
}

/// What waits for its time is known by: the aggregate, its id, and the command.
pub(super) type Name = (String, String, String);

impl Letter {
    pub(super) fn name(&self) -> Name {
        (self.aggregate.clone(), self.id.clone(), self.command.clone())
    }
}

impl Plan {
    pub(super) fn new(policy: &'static str, stored: &StoredEvent, envelope: &Envelope<'_>) -> Self {
        Self {
            position: stored.position,
            event: stored.cid,
            decided: envelope.at,
            correlation: envelope.correlation,
            depth: depth_of(envelope.command_id).saturating_add(1),
            origin: Origin::event(policy, stored.cid),
            commands: 0,
            purposes: FxHashMap::default(),
            steps: Vec::new(),
            acts: false,
        }
    }

    /// How many rows it changes, when all of it is kept and replaces another.
    pub(super) fn rows(&self) -> usize {
        let rows = |step: &Planned| match step {
            Planned::Send(Letter { key: Some(_), .. }, _) => 4,
            _ => 2,
        };
        self.steps.iter().map(rows).sum()
    }

    /// Has the policy act on the world, once it counts as taken.
    #[doc(hidden)]
    pub fn act(&mut self) -> Option<String> {
        self.acts = true;
        None
    }

    /// What answers to a refusal. Its commands stand behind all others of the event.
    pub(super) fn after_refusal(
        policy: &'static str,
        kept: &KeptRefusal,
        stored: &StoredEvent,
        envelope: &Envelope<'_>,
    ) -> Self {
        let letter = &kept.letter;
        Self {
            decided: kept.at,
            depth: depth_of(letter.command_id).saturating_add(1),
            origin: Origin::refusal(policy, stored.cid, letter.command_id),
            commands: letter.index.max(COMPENSATING - 1).saturating_add(1),
            ..Self::new(policy, stored, envelope)
        }
    }

    pub(super) fn send<C>(&mut self, to: &To<C>) -> Result<(), String>
    where
        C: Command<Of: Handles<C> + InOneAggregate>,
    {
        let data = cbor::to_vec(&to.command);
        let data = data.map_err(|error| format!("`{}` cannot be sent: {error}", C::NAME))?;
        let (aggregate, id) = (OwnerOf::<C>::NAME.to_string(), to.id.to_string());
        let purpose = self.origin.purpose(&aggregate, &id, C::NAME);
        let number = self.purposes.entry(purpose).or_default();
        let command_id = purpose.command_id(*number, self.depth);
        *number += 1;
        let letter = Letter {
            aggregate,
            id,
            command: C::NAME.to_owned(),
            data,
            event: self.event,
            position: self.position,
            index: self.commands,
            command_id,
            correlation: self.correlation,
            attempts: 0,
            key: to.key.clone(),
        };
        self.commands += 1;
        self.steps.push(Planned::Send(letter, to.when.time(self.decided)));
        Ok(())
    }

    pub(super) fn cancel<C: Command<Of: InOneAggregate>>(&mut self, cancel: &Cancel<C>) {
        let aggregate = OwnerOf::<C>::NAME.to_string();
        let name = (aggregate, cancel.id.to_string(), C::NAME.to_owned());
        self.steps.push(Planned::Cancel(name, cancel.key.clone()));
    }
}
