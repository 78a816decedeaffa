//! Walks by chance, which know where they have come to, and grow shorter.

use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use jiff::SignedDuration;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::{Reason, TestRunner};

use super::Drawn;
use super::tree::{StepTree, WalkTree};
use crate::actor::Actor;
use crate::machine::{Aggregate, MachineState as _};
use crate::testing::round_trip::Checked;
use crate::testing::walker::{Step, Walker};

/// Of this many commands, one may end the walk, and one may be such as the state does not take.
const STRAY: usize = 6;

/// How many commands are sent to what takes none.
const IDLE: usize = 2;

/// What is done to each command before it is sent.
pub(super) type Adjust<C> = Rc<dyn Fn(&mut C)>;

/// A type of command, and where its commands come from, or why nothing is known of them.
pub(super) struct Kind<C> {
    pub(super) name: &'static str,
    pub(super) drawn: Checked<Drawn<C>>,
}

impl<C> Kind<C> {
    pub(super) fn checked(self) -> Checked<(&'static str, Drawn<C>)> {
        let problem = |problem| {
            format!(
                "`{}` cannot be drawn: {problem}; say with `drawing` which there are",
                self.name
            )
        };
        Ok((self.name, self.drawn.map_err(problem)?))
    }
}

/// Walks of up to so many steps.
pub(super) struct WalkStrategy<A: Aggregate> {
    kinds: Vec<(&'static str, Drawn<Step<A::Command>>)>,
    steps: usize,
}

impl<A: Aggregate> WalkStrategy<A> {
    pub(super) fn new(
        kinds: Vec<(&'static str, Drawn<A::Command>)>,
        steps: usize,
        adjust: Adjust<A::Command>,
    ) -> Self {
        let step = |(name, command): (&'static str, Drawn<A::Command>)| {
            let adjust = Rc::clone(&adjust);
            let adjusted = command.prop_map(move |mut command| {
                adjust(&mut command);
                command
            });
            let step = (adjusted, actor(), later()).prop_map(|(command, actor, later)| Step {
                command,
                actor,
                later,
            });
            (name, step.boxed())
        };
        Self { kinds: kinds.into_iter().map(step).collect(), steps }
    }

    /// Where the next step comes from: mostly a type of command that the state takes, and that does
    /// not end the walk.
    fn kind(&self, state: A::State, runner: &mut TestRunner) -> Result<usize, Reason> {
        let of = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..self.kinds.len()).filter(|&kind| fits(self.kinds[kind].0)).collect()
        };
        let mut from = of(&|command| state.can(command) && goes_on::<A>(state, command));
        if from.is_empty() || pick(0..STRAY, runner)? == 0 {
            from = of(&|command| state.can(command));
        }
        if from.is_empty() || pick(0..STRAY, runner)? == 0 {
            from = of(&|_| true);
        }
        Ok(from[pick(0..from.len(), runner)?])
    }
}

/// Whether a command may lead from a state to one that is not terminal.
fn goes_on<A: Aggregate>(state: A::State, command: &str) -> bool {
    let table = A::MACHINE;
    let is_terminal = |name| table.states.iter().any(|row| row.name == name && row.terminal);
    let mut rows = table.transitions.iter();
    rows.any(|row| {
        (row.from, row.command) == (state.name(), Some(command)) && !is_terminal(row.ends)
    })
}

/// Mostly nobody in particular.
fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![3 => Just(Actor::default()), 1 => select(vec!["a", "b"]).prop_map(Actor::new)]
}

/// Mostly at once; or within the hour, the day, the year.
fn later() -> impl Strategy<Value = SignedDuration> {
    prop_oneof![5 => Just(0), 1 => select(vec![1, 24, 24 * 40, 24 * 400])]
        .prop_map(SignedDuration::from_hours)
}

fn pick(from: Range<usize>, runner: &mut TestRunner) -> Result<usize, Reason> {
    from.new_tree(runner).map(|tree| tree.current())
}

impl<A: Aggregate> fmt::Debug for WalkStrategy<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WalkStrategy").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl<A: Aggregate> Strategy for WalkStrategy<A> {
    type Tree = WalkTree<A::Command>;
    type Value = Vec<Step<A::Command>>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let len = 1 + pick(0..self.steps, runner)?;
        let mut walker = Walker::<A>::new()?;
        let mut steps: Vec<StepTree<A::Command>> = Vec::new();
        let mut idle = 0;
        while steps.len() < len && idle < IDLE {
            idle += usize::from(walker.state().allowed().is_empty());
            let kind = self.kind(walker.state(), runner)?;
            let step = self.kinds[kind].1.new_tree(runner)?;
            let taken =
                catch_unwind(AssertUnwindSafe(|| walker.step(&step.current(), &mut |_| {})));
            steps.push(step);
            // What has failed here, fails again when the walk is taken.
            if !matches!(taken, Ok(Ok(_))) {
                break;
            }
        }
        Ok(WalkTree::new(steps))
    }
}
