//! A walk that fails, as the test that its reader would have written.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::actor::Actor;
use crate::decision::Rejection;
use crate::machine::Aggregate;
use crate::testing::NOW;
use crate::testing::walker::{Ended, Step, Walker};

/// Takes the walk once more, and tells it.
pub(super) fn tell<A: Aggregate>(steps: &[Step<A>], problem: &str) -> String {
    let name = A::MACHINE.name;
    let mut test = format!("    {name}::given(())");
    let mut actor = Actor::default();
    let mut now = NOW;
    if let Ok(mut walker) = Walker::<A>::new() {
        for step in steps {
            if step.actor != actor {
                actor = step.actor.clone();
                let _ = write!(test, "\n        .acting_as({:?})", actor.as_str());
            }
            if !step.later.is_zero() {
                now = now.checked_add(step.later).unwrap_or(now);
                let _ = write!(test, "\n        .at({:?}.parse().unwrap())", now.to_string());
            }
            let _ = write!(test, "\n        .when({:?})", step.command);
            let ended = catch_unwind(AssertUnwindSafe(|| walker.step(step, &mut |_| {})));
            match ended {
                Ok(Ok(ended)) => {
                    let _ = write!(test, "\n        {}", expectation::<A>(&ended));
                }
                _ => break,
            }
        }
    }
    format!("a walk of `{name}` fails: {problem}\n\nthe shortest one, as a test:\n\n{test};\n")
}

fn expectation<A: Aggregate>(ended: &Ended<A>) -> String {
    match ended {
        Err(Rejection::Refused(refusal)) => format!(".then_refused({})", refusal.text),
        Err(Rejection::NotNow | Rejection::Closed) => ".then_not_now()".to_owned(),
        Ok(events) => match events.as_slice() {
            [] => ".then_nothing()".to_owned(),
            [event] => format!(".then({event:?})"),
            // A tuple holds events of any types, and has an end.
            events if events.len() <= 8 => format!(".then(({}))", list(events)),
            events => format!(".then([{}])", list(events)),
        },
    }
}

fn list<T: std::fmt::Debug>(items: &[T]) -> String {
    items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ")
}
