//! Commands that were refused, and the methods that answer to it.

use jiff::Timestamp;

use super::plan::{Letter, Plan};
use super::sendable::Sendable;
use crate::cbor;
use crate::cid::EventCid;
use crate::decision;
use crate::envelope::Envelope;
use crate::error::SendError;
use crate::machine::{Command, Handles, InOneAggregate, Machine, MachineState as _};
use crate::prelude::value;
use crate::projection::{Fate, Heard};
use crate::recorded::Recorded;
use crate::store::StoredEvent;
use crate::system::IdOf;

/// A command of a policy that its aggregate has refused: what a `#[refused]` method takes.
///
/// ```
/// use cim_runtime::policy::{Refused, Why};
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct ItemId(String);
/// # #[value] pub enum ItemRefused { SoldOut }
/// # #[aggregate(domain = "shop", id = ItemId)] #[derive(Default)] pub struct Item {}
/// # #[command(Item)] pub struct Reserve;
/// # #[command(Item)] pub struct Reorder;
/// # #[event(Item)] pub struct Reserved;
/// # #[event(Item)] pub struct Reordered;
/// # #[state_machine(initial Stocked)]
/// # impl Item {
/// #     #[transition(Stocked)]
/// #     fn reserve(&self, _: Reserve) -> Result<Reserved, ItemRefused> { Err(ItemRefused::SoldOut) }
/// #     #[transition(Stocked)]
/// #     fn reorder(&self, _: Reorder) -> Reordered { Reordered }
/// # }
///
/// fn not_reserved(refused: &Refused<Reserve>) -> Option<To<Reorder>> {
///     match refused.why() {
///         Why::Refused(ItemRefused::SoldOut) => Some(Reorder.to(refused.id())),
///         Why::NotNow { .. } => None,
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Refused<C> {
    /// The command.
    pub command: C,
    /// When it was refused: what is answered with `.after(…)` is sent so long after it.
    pub at: Timestamp,
    id: String,
    because: Because,
    cause: StoredEvent,
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why<R> {
    /// The aggregate's rules say no.
    Refused(R),
    /// The aggregate is in a state that takes no such command.
    NotNow {
        /// The state's name.
        state: String,
    },
}

impl<C: Refusable> Refused<C> {
    /// The id of the aggregate that has refused it.
    pub fn id(&self) -> C::Id {
        known(C::id_of(&self.id))
    }

    /// Why.
    pub fn why(&self) -> Why<C::Refusal> {
        known(self.because.why())
    }

    /// The event that called for the command.
    pub fn cause(&self) -> EventCid {
        self.cause.cid
    }

    /// The event that called for the command, if it is an `E`.
    pub fn event<E: Heard>(&self) -> Option<Recorded<E>> {
        let envelope = self.cause.envelope().ok()?;
        let is_ours = E::EVENT.aggregate.as_str() == envelope.aggregate;
        // One that could not be read would not have called for anything.
        is_ours.then(|| E::read(&self.cause, &envelope)).flatten()?.ok()
    }
}

/// What could be read when the command was handed over.
fn known<T>(read: Result<T, String>) -> T {
    match read {
        Ok(read) => read,
        Err(error) => unreachable!("it was read before: {error}"),
    }
}

/// Holds for commands, of which a method can take `&Refused<Self>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command, and nobody refuses it",
    label = "not a command",
    note = "a `#[refused]` method takes `&Refused<C>`, where `C` has `#[command(…)]`"
)]
pub trait Refusable: Sized {
    /// The id of the aggregate.
    type Id;
    /// How the aggregate's machine says no.
    type Refusal: decision::Refusal;
    /// Which command it is.
    const COMMAND: Sendable;

    /// Reads an id.
    #[doc(hidden)]
    fn id_of(text: &str) -> Result<Self::Id, String>;

    /// Hands a refused command to a method that returns why it failed.
    #[doc(hidden)]
    fn hand(
        incoming: &mut RefusedCommand<'_>,
        method: impl FnOnce(&Refused<Self>) -> Option<String>,
    );
}

#[diagnostic::do_not_recommend]
impl<C: Command<Of: Handles<C> + InOneAggregate>> Refusable for C {
    type Id = IdOf<C>;
    type Refusal = <C::Of as Machine>::Refusal;

    const COMMAND: Sendable = Sendable::of::<C>();

    fn id_of(text: &str) -> Result<Self::Id, String> {
        text.parse().map_err(|error: crate::id::InvalidId| error.to_string())
    }

    fn hand(
        incoming: &mut RefusedCommand<'_>,
        method: impl FnOnce(&Refused<Self>) -> Option<String>,
    ) {
        if !Self::COMMAND.is_of(&incoming.kept.letter) || incoming.fate != Fate::Passed {
            return;
        }
        incoming.fate = match incoming.typed() {
            Ok(refused) => method(&refused).map_or(Fate::Handled, Fate::Failed),
            Err(problem) => Fate::Unreadable(problem),
        };
    }
}

/// A refused command on its way to the method that takes it.
#[derive(Debug)]
pub struct RefusedCommand<'a> {
    kept: &'a KeptRefusal,
    cause: &'a StoredEvent,
    fate: Fate,
}

impl RefusedCommand<'_> {
    fn typed<C: Refusable + cbor::Value>(&self) -> Result<Refused<C>, String> {
        let KeptRefusal { letter, refusal, at } = self.kept;
        refusal.because.why::<C::Refusal>()?;
        C::id_of(&letter.id)?;
        let (command, cause) = (read(&letter.data)?, self.cause.clone());
        let (id, because) = (letter.id.clone(), refusal.because.clone());
        Ok(Refused { command, at: *at, id, because, cause })
    }
}

fn read<V: cbor::Value>(bytes: &[u8]) -> Result<V, String> {
    cbor::from_slice(bytes).map_err(|error| error.to_string())
}

/// A refused command that waits for its method, and where what that answers is written down.
#[derive(Debug)]
pub struct Refusing<'a> {
    command: RefusedCommand<'a>,
    plan: Plan,
}

impl<'a> Refusing<'a> {
    pub(super) fn new(
        policy: &'static str,
        kept: &'a KeptRefusal,
        cause: &'a StoredEvent,
        envelope: &Envelope<'_>,
    ) -> Self {
        let plan = Plan::after_refusal(policy, kept, cause, envelope);
        Self { command: RefusedCommand { kept, cause, fate: Fate::Passed }, plan }
    }

    /// The command, and the plan.
    #[doc(hidden)]
    pub fn parts(&mut self) -> (&mut RefusedCommand<'a>, &mut Plan) {
        (&mut self.command, &mut self.plan)
    }

    pub(super) fn end(self) -> (Fate, Plan) {
        (self.command.fate, self.plan)
    }
}

/// A refusal without its type.
#[value]
pub(super) struct Refusal {
    /// What is said of it.
    pub(super) said: String,
    pub(super) because: Because,
}

/// What has refused a command.
#[value]
pub(super) enum Because {
    /// The machine's rules, in their own words.
    Rules(Vec<u8>),
    /// The state of this name.
    State(String),
}

impl Because {
    fn why<R: cbor::Value>(&self) -> Result<Why<R>, String> {
        Ok(match self {
            Self::Rules(refusal) => Why::Refused(read(refusal)?),
            Self::State(state) => Why::NotNow { state: state.clone() },
        })
    }
}

/// A refused command that is kept until its method has answered.
#[value]
pub(super) struct KeptRefusal {
    pub(super) letter: Letter,
    pub(super) refusal: Refusal,
    /// When it was refused.
    pub(super) at: Timestamp,
}

impl Refusal {
    /// What a machine says, if it is a refusal.
    pub(super) fn of<M: Machine>(error: &SendError<M>) -> Option<Self> {
        let because = match error {
            // What has no encoding is told as far as it can be.
            SendError::Refused(refusal) => {
                Because::Rules(cbor::to_vec(refusal).unwrap_or_default())
            }
            SendError::NotNow { state, .. } => Because::State(state.name().to_owned()),
            SendError::Closed { state, .. } => Because::State((*state).to_owned()),
            SendError::Error(_) => return None,
        };
        Some(Self { said: error.to_string(), because })
    }
}
