//! What a decision may know besides the aggregate and the command.

use std::cell::Cell;

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::ids::IdSequence;
use crate::machine::{Aggregate, InOneAggregate, MachineState as _};

/// The only door to time and chance inside a decision.
///
/// Everything it answers is fixed for one command: a decision that is made again, after a
/// conflict or in a test, comes to the same bytes.
///
/// ```
/// use cim_runtime::prelude::*;
///
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// #[event(Door, unread)]
/// pub struct DoorOpened {
///     pub visit: Uuid,
///     pub by: Actor,
///     pub at: Timestamp,
/// }
///
/// #[state_machine(initial Closed, terminal Open)]
/// impl Door {
///     #[transition(Closed -> Open)]
///     fn open(&self, _: OpenDoor, cx: &Context<Self>) -> DoorOpened {
///         DoorOpened { visit: cx.new_id(), by: cx.actor(), at: cx.now() }
///     }
/// }
///
/// // A test has a context too.
/// let cx = Door::given(()).acting_as("alice").context();
/// assert_eq!(Door::default().open(OpenDoor, &cx).by, Actor::new("alice"));
/// ```
#[derive(Debug, Clone)]
pub struct Context<M: InOneAggregate> {
    id: <M::Owner as Aggregate>::Id,
    state: M::State,
    now: Timestamp,
    actor: Actor,
    ids: IdSequence,
    ids_taken: Cell<u32>,
}

impl<M: InOneAggregate> Context<M> {
    /// The aggregate's id; a region has its owner's.
    pub fn id(&self) -> &<M::Owner as Aggregate>::Id {
        &self.id
    }

    /// The state the machine is in.
    pub fn state(&self) -> M::State {
        self.state
    }

    /// When the command was sent, to the microsecond.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// On whose behalf it was sent.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// A new UUIDv7: a function of the command's id and of how many were taken before.
    pub fn new_id(&self) -> Uuid {
        let taken = self.ids_taken.get();
        self.ids_taken.set(taken + 1);
        self.ids.given_out(taken)
    }
}

impl<A: Aggregate> Context<A> {
    /// The context of an aggregate that has no events yet.
    pub(crate) fn new(id: A::Id) -> Self {
        Self {
            id,
            state: A::State::INITIAL,
            now: Timestamp::UNIX_EPOCH,
            actor: Actor::default(),
            ids: IdSequence::default(),
            ids_taken: Cell::new(0),
        }
    }

    /// Readies the context for deciding a command.
    pub(crate) fn begin(&mut self, command_id: Uuid, now: Timestamp, actor: &Actor) {
        self.now = now;
        self.actor.clone_from(actor);
        self.ids = IdSequence::new(command_id, now);
        self.ids_taken.set(0);
    }

    pub(crate) fn ids(&self) -> IdSequence {
        self.ids
    }

    pub(crate) fn enter(&mut self, state: A::State) {
        self.state = state;
    }

    /// The context of a machine inside the aggregate, which is in `state`.
    pub(crate) fn within<M: InOneAggregate<Owner = A>>(&self, state: M::State) -> Context<M> {
        Context {
            id: self.id.clone(),
            state,
            now: self.now,
            actor: self.actor.clone(),
            ids: self.ids,
            ids_taken: self.ids_taken.clone(),
        }
    }
}
