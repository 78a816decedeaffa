//! Walks by chance, which know where they have come to, and grow shorter.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use jiff::SignedDuration;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, NewTree, ValueTree};
use proptest::test_runner::{Reason, TestRunner};

use super::tree::{StepTree, WalkTree};
use crate::actor::Actor;
use crate::machine::Aggregate;
use crate::testing::any_command::{AnyCommand, Kind};
use crate::testing::round_trip::Checked;
use crate::testing::sample;
use crate::testing::walker::{Step, Walker};

/// Of this many commands, one may end the walk, and one may be such as the state does not take.
const STRAY: usize = 6;

/// How many commands are sent to what takes none.
const IDLE: usize = 2;

/// What is done to each command before it is sent.
pub(super) type Adjust = Rc<dyn Fn(&mut dyn Any)>;

/// A type of command, and where its commands come from, or why nothing is known of them.
pub(super) struct Drawn<A: Aggregate> {
    pub(super) kind: Kind<A>,
    pub(super) commands: Checked<BoxedStrategy<AnyCommand<A>>>,
}

impl<A: Aggregate> Drawn<A> {
    pub(super) fn from_shape(kind: Kind<A>) -> Self {
        let commands = sample::strategy::commands(kind.clone());
        Self { kind, commands: commands.map_err(|error| error.to_string()) }
    }

    pub(super) fn checked(self) -> Checked<(Kind<A>, BoxedStrategy<AnyCommand<A>>)> {
        let problem = |problem| {
            format!(
                "`{}` cannot be drawn: {problem}; say with `drawing` which there are",
                self.kind.name
            )
        };
        Ok((self.kind.clone(), self.commands.map_err(problem)?))
    }
}

/// Walks of up to so many steps.
pub(super) struct WalkStrategy<A: Aggregate> {
    kinds: Vec<(Kind<A>, BoxedStrategy<Step<A>>)>,
    steps: usize,
}

impl<A: Aggregate> WalkStrategy<A> {
    pub(super) fn new(
        kinds: Vec<(Kind<A>, BoxedStrategy<AnyCommand<A>>)>,
        steps: usize,
        adjust: Adjust,
    ) -> Self {
        let step = |(kind, command): (Kind<A>, BoxedStrategy<AnyCommand<A>>)| {
            let adjust = Rc::clone(&adjust);
            let adjusted = command.prop_map(move |command| command.adjusted(&*adjust));
            let step = (adjusted, actor(), later()).prop_map(|(command, actor, later)| Step {
                command,
                actor,
                later,
            });
            (kind, step.boxed())
        };
        Self { kinds: kinds.into_iter().map(step).collect(), steps }
    }

    /// Where the next step comes from: mostly a type of command that the state takes, and that does
    /// not end the walk.
    fn kind(&self, standing: A::Standing, runner: &mut TestRunner) -> Result<usize, Reason> {
        let of = |fits: &dyn Fn(&Kind<A>) -> bool| -> Vec<usize> {
            (0..self.kinds.len()).filter(|&kind| fits(&self.kinds[kind].0)).collect()
        };
        let takes = |kind: &Kind<A>| kind.inside.takes(standing, kind.name);
        let mut from = of(&|kind| takes(kind) && goes_on(kind, standing));
        if from.is_empty() || pick(0..STRAY, runner)? == 0 {
            from = of(&takes);
        }
        if from.is_empty() || pick(0..STRAY, runner)? == 0 {
            from = of(&|_| true);
        }
        Ok(from[pick(0..from.len(), runner)?])
    }
}

/// Whether a command may lead its machine to a state that is not terminal.
fn goes_on<A: Aggregate>(kind: &Kind<A>, standing: A::Standing) -> bool {
    let (table, state) = (kind.inside.table, (kind.inside.state)(standing));
    let is_terminal = |name| table.states.iter().any(|row| row.name == name && row.terminal);
    let mut rows = table.transitions.iter();
    rows.any(|row| (row.from, row.command) == (state, Some(kind.name)) && !is_terminal(row.ends))
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
    type Tree = WalkTree<A>;
    type Value = Vec<Step<A>>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let len = 1 + pick(0..self.steps, runner)?;
        let mut walker = Walker::<A>::new()?;
        let mut steps: Vec<StepTree<A>> = Vec::new();
        let mut idle = 0;
        while steps.len() < len && idle < IDLE {
            let standing = walker.standing();
            let takes = |(kind, _): &(Kind<A>, _)| kind.inside.takes(standing, kind.name);
            idle += usize::from(!self.kinds.iter().any(takes));
            let kind = self.kind(standing, runner)?;
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
