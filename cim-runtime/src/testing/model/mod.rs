//! A machine as a model that Stateright checks: every order of some commands, and not some orders.

mod state;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::SignedDuration;
use stateright::{Checker as _, Expectation, Model, Property};

use super::any_command::{self, AnyCommand};
use super::command_in::CommandIn;
use super::round_trip::Checked;
use super::walker::{Ended, Step, Walker};
use crate::actor::Actor;
use crate::cbor::Encoder;
use crate::decision::Rejection;
use crate::machine::{Aggregate, MachineState as _};

pub use state::ModelState;

/// How many steps deep a model is checked, unless it is told otherwise.
const STEPS: usize = 8;

/// How many commands of each type there are.
const SAMPLES: usize = 2;

/// A machine as a model; in scope with the prelude, for every aggregate.
pub trait Modelled: Aggregate {
    /// The machine as a [`stateright::Model`]: whatever order its commands come in, up to a depth.
    ///
    /// Two commands of each type, those of the regions too, drawn from its shape, are sent in every state that can be reached;
    /// the states are those of the machine together with the aggregate's data. Of each step the
    /// model checks that it is as the machine's table says and that it replays, as random walks do,
    /// and what you ask of it:
    ///
    /// ```
    /// use cim_runtime::prelude::*;
    ///
    /// # #[derive(DomainId)] pub struct AccountId(String);
    /// # #[command(Account)] pub struct Deposit { pub cents: u32 }
    /// # #[command(Account)] pub struct Freeze;
    /// # #[event(Account)] pub struct Deposited { pub cents: u32 }
    /// # #[event(Account)] pub struct Frozen;
    /// # #[aggregate(domain = "bank", id = AccountId)] #[derive(Default)]
    /// # pub struct Account { cents: u64 }
    /// # #[state_machine(initial Open, terminal Held)]
    /// # impl Account {
    /// #     #[transition(Open)]
    /// #     fn deposit(&self, cmd: Deposit) -> Deposited { Deposited { cents: cmd.cents } }
    /// #     #[transition(Open -> Held)]
    /// #     fn freeze(&self, _: Freeze) -> Frozen { Frozen }
    /// #     #[apply]
    /// #     fn deposited(&mut self, event: &Deposited) { self.cents += u64::from(event.cents); }
    /// # }
    /// Account::model()
    ///     .always("a limit", |_, account| account.cents <= 2 * 8)
    ///     .sometimes("held with money", |_, account| {
    ///         account.state() == AccountState::Held && account.cents > 0
    ///     })
    ///     .check();
    /// ```
    ///
    /// It is a model like any other: `Account::model().checker().threads(2).serve("localhost:3000")`
    /// shows it in a browser.
    fn model() -> MachineModel<Self> {
        MachineModel::new()
    }
}

impl<A: Aggregate> Modelled for A {}

/// The machine of `A` as a model: see [`Modelled::model`].
pub struct MachineModel<A: Aggregate> {
    commands: Vec<ModelCommand<A>>,
    /// The types of commands of which there are none, and why not.
    missing: Vec<(&'static str, String)>,
    properties: Vec<Property<Self>>,
    steps: usize,
}

/// A command that is sent in the model.
pub struct ModelCommand<A: Aggregate> {
    command: AnyCommand<A>,
    bytes: Vec<u8>,
}

impl<A: Aggregate> Clone for ModelCommand<A> {
    fn clone(&self) -> Self {
        Self { command: Arc::clone(&self.command), bytes: self.bytes.clone() }
    }
}

impl<A: Aggregate> ModelCommand<A> {
    fn new(command: AnyCommand<A>) -> Self {
        let mut to = Encoder::default();
        command.encode(&mut to);
        Self { bytes: to.finish().unwrap_or_default(), command }
    }
}

/// Commands are not compared; what is written alike is alike.
impl<A: Aggregate> PartialEq for ModelCommand<A> {
    fn eq(&self, other: &Self) -> bool {
        (self.command.name(), &self.bytes) == (other.command.name(), &other.bytes)
    }
}

impl<A: Aggregate> fmt::Debug for ModelCommand<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.command.fmt(f)
    }
}

impl<A: Aggregate> MachineModel<A> {
    fn new() -> Self {
        let always = Property::always;
        let properties = vec![
            always("each step is as the table says, and replays", |_, state: &ModelState<A>| {
                state.problem().is_none()
            }),
            always("what is over takes nothing", Self::takes_nothing_when_it_is_over),
        ];
        Self { commands: Vec::new(), missing: Vec::new(), properties, steps: STEPS }
            .samples(SAMPLES)
    }

    /// Sends this many commands of each type, and not two.
    #[must_use]
    pub fn samples(mut self, number: usize) -> Self {
        self.commands.clear();
        self.missing.clear();
        for kind in any_command::kinds::<A>() {
            for n in 0..number {
                match kind.sample(n) {
                    Ok(command) => self.add(command),
                    Err(problem) => self.missing.push((kind.name, problem.to_string())),
                }
            }
        }
        self
    }

    /// Sends this command, too.
    #[must_use]
    pub fn sending<C: CommandIn<A>>(mut self, command: C) -> Self {
        self.missing.retain(|(name, _)| *name != C::NAME);
        self.add(any_command::any(command));
        self
    }

    fn add(&mut self, command: AnyCommand<A>) {
        let sent = ModelCommand::new(command);
        if !self.commands.contains(&sent) {
            self.commands.push(sent);
        }
    }

    /// Goes this many commands deep, and not eight: data may have no end.
    #[must_use]
    pub fn steps(self, steps: usize) -> Self {
        Self { steps, ..self }
    }

    /// In every state that is reached, this must hold.
    #[must_use]
    pub fn always(
        mut self,
        name: &'static str,
        condition: fn(&Self, &ModelState<A>) -> bool,
    ) -> Self {
        self.properties.push(Property::always(name, condition));
        self
    }

    /// In one of the states that are reached at least, this must hold.
    #[must_use]
    pub fn sometimes(
        mut self,
        name: &'static str,
        condition: fn(&Self, &ModelState<A>) -> bool,
    ) -> Self {
        self.properties.push(Property::sometimes(name, condition));
        self
    }

    /// Checks every state that is as near as [`MachineModel::steps`].
    ///
    /// # Panics
    ///
    /// When something does not hold: with a shortest way there.
    #[track_caller]
    pub fn check(self) {
        // Of several ways the checker shows the last that it finds: what is near is found alone.
        for steps in 0..self.steps {
            let mut near = Self { steps, ..self.clone() };
            near.properties.retain(|property| property.expectation == Expectation::Always);
            near.checker().spawn_bfs().join().assert_properties();
        }
        self.checker().spawn_bfs().join().assert_properties();
    }

    fn takes_nothing_when_it_is_over(&self, state: &ModelState<A>) -> bool {
        let row = &A::MACHINE.states[state.state().index()];
        let not_now = |sent: &ModelCommand<A>| {
            matches!(self.answer(state, sent), Ok((_, Err(Rejection::NotNow | Rejection::Closed))))
        };
        !row.terminal || self.commands.iter().all(not_now)
    }

    /// What comes of a command in a state.
    fn answer(
        &self,
        state: &ModelState<A>,
        sent: &ModelCommand<A>,
    ) -> Checked<(Walker<A>, Ended<A>)> {
        let step = Step {
            command: Arc::clone(&sent.command),
            actor: Actor::default(),
            later: SignedDuration::ZERO,
        };
        let taken = catch_unwind(AssertUnwindSafe(|| {
            let mut walker = Walker::at(state.data(), state.standing())?;
            let ended = walker.step(&step, &mut |_| {})?;
            Ok((walker, ended))
        }));
        taken.unwrap_or_else(|_| Err(format!("`{}` panics", sent.command.name())))
    }
}

impl<A: Aggregate> Model for MachineModel<A> {
    type State = ModelState<A>;
    type Action = ModelCommand<A>;

    fn init_states(&self) -> Vec<ModelState<A>> {
        let state = match self.missing.first() {
            None => ModelState::initial(),
            Some((name, problem)) => ModelState::<A>::initial().with_problem(format!(
                "there is no `{name}` to send: {problem}; say with `sending` which there are"
            )),
        };
        vec![state]
    }

    fn actions(&self, state: &ModelState<A>, actions: &mut Vec<ModelCommand<A>>) {
        if state.problem().is_none() {
            actions.extend_from_slice(&self.commands);
        }
    }

    fn next_state(&self, last: &ModelState<A>, sent: ModelCommand<A>) -> Option<ModelState<A>> {
        match self.answer(last, &sent) {
            Ok((walker, Ok(events))) if !events.is_empty() => Some(last.followed_by(&walker)),
            Ok(_) => None,
            Err(problem) => Some(last.clone().with_problem(problem)),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        self.properties.clone()
    }

    fn within_boundary(&self, state: &ModelState<A>) -> bool {
        state.steps() <= self.steps
    }
}

impl<A: Aggregate> Clone for MachineModel<A> {
    fn clone(&self) -> Self {
        Self {
            commands: self.commands.clone(),
            missing: self.missing.clone(),
            properties: self.properties.clone(),
            steps: self.steps,
        }
    }
}

impl<A: Aggregate> fmt::Debug for MachineModel<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineModel")
            .field("commands", &self.commands)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
