//! State machines as traits: what `#[aggregate]`, `#[command]` and `#[state_machine]` write.

mod clash;
mod command;
mod inside;
mod region;
mod state;
mod table;

use crate::cbor::Value;
use crate::context::Context;
use crate::decision::{Decision, Refusal};
use crate::door::CommandDoor;
use crate::event::EventSet;
use crate::id::DomainId;
use crate::subject::AggregateName;
use crate::system::AggregateInfo;

pub use clash::Clash;
pub use command::{
    Command, CommandKind, CommandKinds, CommandOf, CommandSet, CommandVisitor, Decider, DecidesIf,
    HandledBy, Handles,
};
pub use inside::{ActsIn, Inside, MachineVisitor, NoEvent, RegionEvent, RegionOf, RegionStanding};
pub use region::{HoldsRegion, InOneAggregate, in_one_aggregate};
pub use state::{HasStates, MachineState, Standing, TakenIn};
pub(crate) use table::is_same;
pub use table::{MachineTable, RegionRow, StateRow, TransitionRow};

/// A machine: its states, its events, and how they lead from one to the other.
///
/// Written by `#[state_machine]`. Two functions are checked against each other when the machine
/// is compiled: deciding ([`Machine::decide`]) and evolving ([`Machine::next`] with
/// [`Machine::apply`]). Evolving depends on the state and the event alone, so replay cannot
/// differ from what was decided.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no state machine",
    label = "no `#[state_machine(…)] impl {Self}`",
    note = "an aggregate's commands are decided by its machine: write `#[state_machine(initial Draft, …)] impl {Self} {{ … }}`"
)]
pub trait Machine: Sized + Send + Sync + 'static {
    /// Its states, such as `OrderState`.
    type State: MachineState;
    /// The state together with those of the regions; the state itself where there are none.
    type Standing: Standing<State = Self::State>;
    /// Its events, such as `OrderEvent`.
    type Event: EventSet;
    /// Its commands, such as `OrderCommand`.
    type Command: CommandSet;
    /// How it says no; [`Never`](crate::decision::Never) if it never does.
    type Refusal: Refusal;
    /// The whole machine as data.
    const MACHINE: &'static MachineTable;
    /// True, or an error: it has no value for a machine that is in no aggregate. Whose its commands and
    /// events are follows from it, so that whoever counts on them says nothing more.
    #[doc(hidden)]
    const IN_ONE_AGGREGATE: bool = true;

    /// Decides `command` in the state `cx.state()`.
    ///
    /// # Errors
    ///
    /// [`NotNow`](crate::decision::Rejection::NotNow) where the state takes no such command,
    /// [`Refused`](crate::decision::Rejection::Refused) where the machine's own rules say no.
    fn decide(&self, command: Self::Command, cx: &Context<Self>) -> Decision<Self>
    where
        Self: InOneAggregate;

    /// Where `event` leads from here; `None` if it cannot happen here.
    fn next(standing: Self::Standing, event: &Self::Event) -> Option<Self::Standing>;

    /// Folds the event's data.
    fn apply(&mut self, event: &Self::Event);

    /// Shows each region, by its type.
    #[doc(hidden)]
    fn regions<V: MachineVisitor<Self>>(_: &mut V) {}
}

/// A consistency boundary: a machine with an id and a stream of its own.
///
/// Written by `#[aggregate]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "write `#[aggregate(domain = \"…\", id = …)]` on the struct `{Self}`"
)]
pub trait Aggregate: Machine + Value {
    /// What tells one instance from another.
    type Id: DomainId;
    /// Its domain and its name.
    const NAME: AggregateName;
    /// What its snapshots are marked with: those with another mark are passed over.
    const SNAPSHOT: u32 = 1;

    /// What it is before its first event.
    fn empty() -> Self;

    /// What a system knows of it.
    #[doc(hidden)]
    const INFO: AggregateInfo = AggregateInfo {
        name: Self::NAME,
        machine: Self::MACHINE,
        events: <Self::Event as EventSet>::rows,
        doors: CommandDoor::all::<Self>,
    };
}

/// Holds for aggregates: what a system asks them through. It asks for nothing itself, so that of an
/// aggregate without a machine, which says so at its own name, nothing is said at the system's.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "write `#[aggregate(domain = \"…\", id = …)]` on the struct `{Self}`"
)]
pub trait InSystem {
    const NAME: AggregateName;
    const INFO: AggregateInfo;
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate> InSystem for A {
    const NAME: AggregateName = <A as Aggregate>::NAME;
    const INFO: AggregateInfo = <A as Aggregate>::INFO;
}

/// The id of an aggregate whose `#[aggregate]` did not compile.
#[doc(hidden)]
#[derive(crate::prelude::DomainId)]
pub struct UnknownId(String);

/// Whose events and commands they are, if their attribute does not say so.
#[doc(hidden)]
#[derive(Debug)]
pub struct Unknown;

/// Holds for what has a default: asked once, by `#[aggregate]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how it starts",
    label = "an aggregate starts from its default",
    note = "write `#[derive(Default)]` below `#[aggregate(…)]`"
)]
pub trait HasDefault {
    /// The default.
    fn default_value() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> HasDefault for T {
    fn default_value() -> Self {
        Self::default()
    }
}
