//! Random walks: a machine's property test in one line.

mod coverage;
mod story;
mod strategy;
mod tree;

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use super::any_command;
use super::command_in::CommandIn;
use super::round_trip::Checked;
use super::walker::{Step, Walker};
use crate::machine::{Aggregate, InOneAggregate};

pub use coverage::Coverage;
use strategy::{Adjust, Drawn, WalkStrategy};

/// How many steps a walk has at most, unless it is told otherwise.
const STEPS: usize = 30;

/// How many times as many walks there are at most if they are to cover everything: what is walked
/// in one round of two is then missed once in 65,536 tests.
const ROUNDS: u32 = 16;

/// Walks through a machine; in scope with the prelude, for every aggregate.
pub trait Walk: Aggregate {
    /// Random walks through the machine, for a test of one line.
    ///
    /// The commands of the aggregate and of its regions are drawn from the shapes of their types,
    /// most of them such as the state that was reached takes. Of each step it is checked that
    ///
    /// - the command is taken if the machine's table says so, and is [`NotNow`] otherwise,
    ///   or [`Closed`] if it is a region's;
    /// - its events are rows of the table, and lead where the table says;
    /// - the command, its events and its refusal pass through their bytes;
    /// - decided on a replay of the history, it comes to the same bytes;
    /// - the replay, and at the end a snapshot, come to the same data and the same state.
    ///
    /// A walk that fails is cut down to a shortest one, and shown as the test that fails too.
    ///
    /// ```
    /// use cim_runtime::prelude::*;
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
    /// # let every_walk_replays = || {
    /// Door::walks().covering_everything().run();
    /// # };
    /// # every_walk_replays();
    /// ```
    ///
    /// [`NotNow`]: crate::SendError::NotNow
    /// [`Closed`]: crate::SendError::Closed
    fn walks() -> Walks<Self> {
        Walks::new()
    }
}

impl<A: Aggregate> Walk for A {}

/// Random walks through the machine of `A`: see [`Walk::walks`].
#[must_use = "`run` them"]
pub struct Walks<A: Aggregate> {
    cases: u32,
    steps: usize,
    /// How many times as many walks are taken at most, as long as they do not cover everything.
    rounds: u32,
    kinds: Vec<Drawn<A>>,
    adjust: Adjust,
}

impl<A: Aggregate> Walks<A> {
    fn new() -> Self {
        Self {
            cases: Config::default().cases,
            steps: STEPS,
            rounds: 1,
            kinds: any_command::kinds().into_iter().map(Drawn::from_shape).collect(),
            adjust: Rc::new(|_| {}),
        }
    }

    /// Takes this many walks, and not as many as proptest's other tests.
    pub fn cases(self, cases: u32) -> Self {
        Self { cases, ..self }
    }

    /// Takes this many steps at most in each walk, and not 30.
    pub fn steps(self, steps: usize) -> Self {
        Self { steps: steps.max(1), ..self }
    }

    /// Goes on until each transition was walked that a command brings about: up to 16 times as many
    /// walks.
    pub fn covering_everything(self) -> Self {
        Self { rounds: ROUNDS, ..self }
    }

    /// Changes each command before it is sent: what the domain promises and the types do not say.
    ///
    /// ```
    /// # use cim_runtime::prelude::*;
    /// # #[derive(DomainId)] pub struct LoanId(String);
    /// # #[aggregate(domain = "library", id = LoanId)] #[derive(Default)] pub struct Loan {}
    /// # #[command(Loan)] pub struct Lend { pub days: i64 }
    /// # #[event(Loan, unread)] pub struct Lent { pub until: Timestamp }
    /// # #[state_machine(initial Shelved, terminal Out)]
    /// # impl Loan {
    /// #     #[transition(Shelved -> Out)]
    /// #     fn lend(&self, cmd: Lend, cx: &Context<Self>) -> Lent {
    /// #         Lent { until: cx.now() + SignedDuration::from_hours(24 * cmd.days) }
    /// #     }
    /// # }
    /// Loan::walks()
    ///     .with(|command| match command {
    ///         LoanCommand::Lend(lend) => lend.days = lend.days.clamp(0, 365),
    ///     })
    ///     .run();
    /// ```
    pub fn with(self, adjust: impl Fn(&mut A::Command) + 'static) -> Self {
        self.with_of::<A>(adjust)
    }

    /// Changes each command of the region `M` before it is sent.
    pub fn with_of<M>(self, adjust: impl Fn(&mut M::Command) + 'static) -> Self
    where
        M: InOneAggregate<Owner = A>,
    {
        let before = self.adjust;
        let adjust = move |command: &mut dyn Any| {
            before(command);
            if let Some(command) = command.downcast_mut() {
                adjust(command);
            }
        };
        Self { adjust: Rc::new(adjust), ..self }
    }

    /// Draws the commands of one type from `strategy`, and not from their shape.
    ///
    /// ```
    /// # use cim_runtime::prelude::*;
    /// # use proptest::prelude::{Just, Strategy};
    /// # #[derive(DomainId)] pub struct DoorId(String);
    /// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
    /// # #[command(Door)] pub struct OpenDoor { pub key: String }
    /// # #[event(Door)] pub struct DoorOpened;
    /// # #[state_machine(initial Closed, terminal Open)]
    /// # impl Door {
    /// #     #[transition(Closed -> Open)]
    /// #     fn open(&self, cmd: OpenDoor) -> Option<DoorOpened> {
    /// #         (cmd.key == "sesame").then_some(DoorOpened)
    /// #     }
    /// # }
    /// let keys = proptest::prop_oneof!["[a-z]{1,3}", Just("sesame".to_owned())];
    /// Door::walks().drawing(keys.prop_map(|key| OpenDoor { key })).covering_everything().run();
    /// ```
    pub fn drawing<C: CommandIn<A>>(
        mut self,
        strategy: impl Strategy<Value = C> + 'static,
    ) -> Self {
        let drawn = strategy.prop_map(any_command::any).boxed();
        if let Some(kind) = self.kinds.iter_mut().find(|drawn| drawn.kind.name == C::NAME) {
            kind.commands = Ok(drawn);
        }
        self
    }

    /// Takes the walks.
    ///
    /// # Panics
    ///
    /// When one fails: with a shortest one, as a test. When they were to cover everything, and some
    /// transition was not walked: the commands that are drawn do not get there. When a type of
    /// command has no samples: its encoding is written by hand, and [`Walks::drawing`] says which
    /// there are.
    #[track_caller]
    pub fn run(self) -> Coverage {
        match self.try_run() {
            Ok(coverage) => coverage,
            Err(problem) => panic!("{problem}"),
        }
    }

    fn try_run(self) -> Checked<Coverage> {
        let kinds = self.kinds.into_iter().map(Drawn::checked).collect::<Checked<Vec<_>>>()?;
        let strategy = WalkStrategy::<A>::new(kinds, self.steps, self.adjust);
        // A walk that fails becomes a test of its own, and no seed in a file.
        let config = Config {
            cases: self.cases,
            failure_persistence: None,
            max_shrink_iters: 4_096,
            ..Config::default()
        };
        let coverage = RefCell::new(Coverage::new(A::MACHINE));
        let walk = |steps: Vec<Step<A>>| {
            let mut coverage = coverage.borrow_mut();
            walk::<A>(&steps, &mut coverage).map_err(TestCaseError::fail)
        };
        for _ in 0..self.rounds {
            // A runner counts its cases, and is at its end after them.
            let mut runner = TestRunner::new(config.clone());
            runner.run(&strategy, walk).map_err(|error| match error {
                TestError::Fail(reason, steps) => story::tell::<A>(&steps, reason.message()),
                TestError::Abort(reason) => format!("no walks of `{}`: {reason}", A::MACHINE.name),
            })?;
            if coverage.borrow().is_whole().is_ok() {
                break;
            }
        }
        let coverage = coverage.into_inner();
        if self.rounds > 1 {
            coverage.is_whole()?;
        }
        Ok(coverage)
    }
}

impl<A: Aggregate> fmt::Debug for Walks<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walks")
            .field("cases", &self.cases)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

fn walk<A: Aggregate>(steps: &[Step<A>], coverage: &mut Coverage) -> Checked {
    let mut walker = Walker::<A>::new()?;
    for step in steps {
        walker.step(step, &mut |row| coverage.walked(row)).map(drop)?;
    }
    walker.finish()
}
