//! How a walk that fails grows shorter: first its steps are left out, then what they say is made
//! simpler.

use proptest::strategy::ValueTree;

use crate::machine::Aggregate;
use crate::testing::walker::Step;

/// One step, which can be made simpler.
pub(super) type StepTree<A> = Box<dyn ValueTree<Value = Step<A>>>;

/// A walk, and how far it was shortened.
pub(super) struct WalkTree<A: Aggregate> {
    steps: Vec<(StepTree<A>, Kept)>,
    next: Next,
    last: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

/// What is tried next; before the first step there is nothing left.
#[derive(Clone, Copy)]
enum Next {
    /// Whether the walk still fails without the steps from here back.
    LeaveOut(usize),
    /// Whether it still fails when this step is simpler.
    Simplify(usize),
}

impl<A: Aggregate> WalkTree<A> {
    pub(super) fn new(steps: Vec<StepTree<A>>) -> Self {
        let next = Next::LeaveOut(steps.len());
        Self { steps: steps.into_iter().map(|step| (step, Kept::Yes)).collect(), next, last: None }
    }
}

impl<A: Aggregate> ValueTree for WalkTree<A> {
    type Value = Vec<Step<A>>;

    fn current(&self) -> Vec<Step<A>> {
        let kept = self.steps.iter().filter(|(_, kept)| *kept == Kept::Yes);
        kept.map(|(step, _)| step.current()).collect()
    }

    fn simplify(&mut self) -> bool {
        if let Next::LeaveOut(before) = self.next {
            if let Some(step) = before.checked_sub(1) {
                self.next = Next::LeaveOut(step);
                self.last = Some(step);
                self.steps[step].1 = Kept::No;
                return true;
            }
            self.next = Next::Simplify(0);
        }
        while let Next::Simplify(step) = self.next
            && let Some((tree, kept)) = self.steps.get_mut(step)
        {
            if *kept == Kept::Yes && tree.simplify() {
                return true;
            }
            self.next = Next::Simplify(step + 1);
        }
        false
    }

    fn complicate(&mut self) -> bool {
        match self.next {
            Next::LeaveOut(_) => {
                let Some(step) = self.last.take() else { return false };
                self.steps[step].1 = Kept::Yes;
            }
            Next::Simplify(step) => {
                let Some((tree, _)) = self.steps.get_mut(step) else { return false };
                if !tree.complicate() {
                    self.next = Next::Simplify(step + 1);
                }
            }
        }
        true
    }
}
