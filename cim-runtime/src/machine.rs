//! State machines as data and as traits: what `#[aggregate]`, `#[command]` and `#[state_machine]`
//! write.

use std::fmt::{self, Debug};
use std::hash::Hash;

use crate::cbor::{Fingerprint, Value};
use crate::context::Context;
use crate::decision::{Decision, Refusal};
use crate::event::EventSet;
use crate::id::DomainId;
use crate::lock::EventRow;
use crate::subject::AggregateName;
use crate::system::AggregateInfo;

/// A machine: its states, its events, and how they lead from one to the other.
///
/// Written by `#[state_machine]`. Two functions are checked against each other when the machine
/// is compiled: deciding ([`Handles::decide`]) and evolving ([`Machine::next`] with
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
    /// Its events, such as `OrderEvent`.
    type Event: EventSet;
    /// How it says no; [`Never`](crate::decision::Never) if it never does.
    type Refusal: Refusal;
    /// The whole machine as data.
    const MACHINE: &'static MachineTable;

    /// The state after `event` in `state`; `None` if the event cannot happen there.
    fn next(state: Self::State, event: &Self::Event) -> Option<Self::State>;

    /// Folds the event's data.
    fn apply(&mut self, event: &Self::Event);
}

/// A consistency boundary: a machine with an id and a stream of its own.
///
/// Written by `#[aggregate]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "write `#[aggregate(domain = \"…\", id = …)]` on the struct `{Self}`"
)]
pub trait Aggregate: Machine + Value + StartsEmpty {
    /// What tells one instance from another.
    type Id: DomainId;
    /// Its domain and its name.
    const NAME: AggregateName;
    /// What a system knows of it.
    #[doc(hidden)]
    const INFO: AggregateInfo = AggregateInfo { name: Self::NAME, machine: Self::MACHINE };
    /// A fingerprint of its name.
    #[doc(hidden)]
    const FINGERPRINT: u64 = Fingerprint::START.name(Self::NAME.as_str()).number();
}

/// The id of an aggregate whose `#[aggregate]` did not compile.
#[doc(hidden)]
#[derive(crate::prelude::DomainId)]
pub struct UnknownId(String);

/// What an aggregate is before its first event.
pub trait StartsEmpty {
    /// The aggregate without any event.
    fn empty() -> Self;
}

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

/// The states of a machine: an enum without data.
pub trait MachineState: Copy + Eq + Hash + Debug + Send + Sync + 'static {
    /// Every state, in the order of the machine's header.
    const ALL: &'static [Self];
    /// Where every instance starts.
    const INITIAL: Self;
    /// The machine these are the states of.
    const MACHINE: &'static MachineTable;

    /// The name in the header.
    fn name(self) -> &'static str;

    /// The commands that this state takes, in the order of the machine's methods.
    fn allowed(self) -> Vec<&'static str> {
        Self::MACHINE.allowed(self.name())
    }

    /// Whether this state takes the command of this name.
    fn can(self, command: &str) -> bool {
        self.allowed().contains(&command)
    }
}

/// A request to change an aggregate, written by `#[command]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "write `#[command(…)]` on the struct, naming its aggregate"
)]
pub trait Command: Value + Clone + Debug + Send + Sync + 'static {
    /// The machine that decides it: the type named in `#[command(…)]`.
    type Of;
    /// The type's own name.
    const NAME: &'static str;
}

/// Holds for the commands of the machine `A`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of `{A}`",
    label = "not a command of `{A}`",
    note = "a command belongs to one aggregate: write `#[command({A})]` on the struct `{Self}`"
)]
pub trait CommandOf<A>: Command {
    // As with events, a machine asks its commands for everything through this trait.
    #[doc(hidden)]
    fn clone_command(&self) -> Self {
        self.clone()
    }

    #[doc(hidden)]
    fn debug_command(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

/// Holds for commands that a method of `A` takes.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "nothing handles the command `{Self}`",
    label = "no transition of `{A}` takes this command",
    note = "write a method in its `#[state_machine(…)] impl {A}`: `#[transition(… -> …)] fn …(&self, cmd: {Self}) -> …`, or remove the command"
)]
pub trait HandledBy<A> {
    /// Asked for by the command.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<C, A: Handles<C>> HandledBy<A> for C {}

/// A machine that decides a command.
pub trait Handles<C>: Machine {
    /// The names of the events it may answer with.
    const EVENTS: &'static [&'static str];

    /// Decides `command` in the state `cx.state()`.
    ///
    /// # Errors
    ///
    /// [`NotNow`](crate::decision::Rejection::NotNow) where the state takes no such command, [`Refused`](crate::decision::Rejection::Refused) where
    /// the machine's own rules say no.
    fn decide(&self, command: C, cx: &Context<Self>) -> Decision<Self>
    where
        Self: Aggregate;
}

/// A machine's whole graph: what diagrams, tests and permissions are made from.
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
///
/// let table = Door::MACHINE;
/// assert_eq!(table.allowed("Closed"), ["OpenDoor"]);
/// assert!(table.states[1].terminal);
///
/// let row = table.transitions[0];
/// let text = format!("{} --{}--> {}", row.from, row.event, row.to);
/// assert_eq!(text, "Closed --DoorOpened--> Open");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineTable {
    /// The name of the type that has the machine.
    pub name: &'static str,
    /// The states, in the order of the header.
    pub states: &'static [StateRow],
    /// The transitions, in the order of the methods; those of a `*` stand behind all explicit ones,
    /// and those of an `#[apply(A -> B)]` at the end.
    pub transitions: &'static [TransitionRow],
    /// The events as they are stored, in the order in which the methods name them.
    pub events: &'static [EventRow],
}

/// One state of a [`MachineTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateRow {
    /// The state's name.
    pub name: &'static str,
    /// The first line of its documentation; empty if it has none.
    pub doc: &'static str,
    /// Whether every instance starts here.
    pub initial: bool,
    /// Whether nothing leads out of it.
    pub terminal: bool,
    /// The commands that are taken in it, in the order of the methods; those of a `*` at the end.
    pub takes: &'static [&'static str],
}

/// One step of a [`MachineTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransitionRow {
    /// The state before.
    pub from: &'static str,
    /// The command that brings the event about; `None` for an event that follows another one in its
    /// commit, from where that has led, and for one that is only replayed.
    pub command: Option<&'static str>,
    /// The event that happens.
    pub event: &'static str,
    /// The state after.
    pub to: &'static str,
    /// The state after the whole commit: another one only where more events follow this one.
    pub ends: &'static str,
}

impl StateRow {
    /// The row of a table that a macro writes.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        takes: &'static [&'static str],
    ) -> Self {
        Self { name, doc, initial: false, terminal: false, takes }
    }

    #[doc(hidden)]
    pub const fn initial(self) -> Self {
        Self { initial: true, ..self }
    }

    #[doc(hidden)]
    pub const fn terminal(self) -> Self {
        Self { terminal: true, ..self }
    }
}

impl TransitionRow {
    /// The row of a table that a macro writes.
    #[doc(hidden)]
    pub const fn decided(
        from: &'static str,
        command: &'static str,
        event: &'static str,
        to: &'static str,
    ) -> Self {
        Self { from, command: Some(command), event, to, ends: to }
    }

    #[doc(hidden)]
    pub const fn ending(self, ends: &'static str) -> Self {
        Self { ends, ..self }
    }

    /// The row of an event that no command brings about from here.
    #[doc(hidden)]
    pub const fn without_command(
        from: &'static str,
        event: &'static str,
        to: &'static str,
    ) -> Self {
        Self { from, command: None, event, to, ends: to }
    }
}

impl MachineTable {
    /// The commands that are taken in a state; none if there is no such state.
    pub fn allowed(&self, state: &str) -> Vec<&'static str> {
        let row = self.states.iter().find(|row| row.name == state);
        row.map(|row| row.takes.to_vec()).unwrap_or_default()
    }
}
