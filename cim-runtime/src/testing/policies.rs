//! Given these events, when this one happens, then those commands are sent.

use std::fmt;
use std::marker::PhantomData;

use super::happened::{Happened, Happens, History, IntoHistory};
use super::round_trip::{Checked, hold};
use super::tables::Opened;
use crate::policy::{Answer, Answered, Policy, Reaction};
use crate::store::StoredEvent;

const PURE: &str = "a policy may depend on the event and on its rows alone, not on clocks, chance or \
                    the order of hash maps";

/// Starts a test of what a policy answers; in scope with the prelude, for every policy.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[command(Door)] pub struct CloseDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[event(Door)] pub struct DoorClosed;
/// # #[state_machine(initial Closed, Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// #     #[transition(Open -> Closed)]
/// #     fn close(&self, _: CloseDoor) -> DoorClosed { DoorClosed }
/// # }
///
/// #[policy]
/// pub fn shut(event: &Recorded<DoorOpened>) -> To<CloseDoor> {
///     CloseDoor.to(event.id()).after(5.minutes())
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let front: DoorId = "front".parse()?;
/// shut::given(())
///     .when(DoorOpened.of(front.clone()))
///     .then_sends(CloseDoor.to(front).after(5.minutes()));
/// # Ok(())
/// # }
/// ```
pub trait GivenPolicy: Policy {
    /// The policy after these events: one, a tuple of them, an array or a vector; those that it does
    /// not take may be among them.
    ///
    /// # Panics
    ///
    /// When it fails at one of them.
    #[track_caller]
    fn given(events: impl IntoHistory) -> PolicyScenario<Self> {
        let mut history = History::default();
        hold(history.happen(events));
        hold(played::<Self>(&history.events));
        PolicyScenario { history, policy: PhantomData }
    }
}

impl<P: Policy> GivenPolicy for P {}

/// What a policy has taken, or passed over.
pub struct PolicyScenario<P> {
    history: History,
    policy: PhantomData<fn() -> P>,
}

/// What a policy has answered to an event.
#[must_use = "say what should have been sent, with one of the `then` methods"]
pub struct PolicyOutcome<P> {
    before: History,
    after: History,
    found: Answered,
    policy: PhantomData<fn() -> P>,
}

/// Holds for one event, alone or as `event.of(id)`.
#[diagnostic::on_unimplemented(
    message = "expected an event, found `{Self}`",
    label = "not an event",
    note = "write an event, or `event.of(id)`"
)]
pub trait OneEvent: IntoHistory {}

#[diagnostic::do_not_recommend]
impl<E: Happens> OneEvent for E {}

#[diagnostic::do_not_recommend]
impl<E: Happens> OneEvent for Happened<E> {}

impl<P: Policy> PolicyScenario<P> {
    /// Hands the policy one more event, twice.
    ///
    /// # Panics
    ///
    /// When the two answers differ, or the policy takes no such event.
    #[track_caller]
    pub fn when(self, event: impl OneEvent) -> PolicyOutcome<P> {
        let before = self.history;
        let mut after = before.clone();
        hold(after.happen(event));
        let (first, again) = (hold(answer::<P>(&after)), hold(answer::<P>(&after)));
        assert!(
            first == again,
            "`{}` answers twice in different ways: {PURE}\n first:{}\n again:{}",
            P::NAME,
            shown(&first),
            shown(&again)
        );
        if first == Answered::Passed {
            let takes: Vec<_> = P::ROUTES.iter().map(|route| route.event.to_string()).collect();
            panic!("`{}` takes no `{}`, but {}", P::NAME, last(&after), takes.join(", "));
        }
        PolicyOutcome { before, after, found: first, policy: PhantomData }
    }
}

impl<P: Policy> PolicyOutcome<P> {
    /// The policy has answered with these commands, written as it returns them: `command.to(id)`, also
    /// with `.after(…)` or `.at(…)`, and `Command::cancel(id)`; several in a tuple or a `Vec`, in
    /// order. The story goes on after it.
    ///
    /// # Panics
    ///
    /// When it has answered with others, or failed.
    #[track_caller]
    pub fn then_sends(self, commands: impl Reaction) -> PolicyScenario<P> {
        let Some(event) = self.after.events.last() else { unreachable!("one has happened") };
        let expected = Answered::With(hold(Answer::expected::<P>(commands, event)));
        assert!(
            self.found == expected,
            "what `{}` sends because of `{}`\n found:{}\n expected:{}",
            P::NAME,
            last(&self.after),
            shown(&self.found),
            shown(&expected)
        );
        PolicyScenario { history: self.after, policy: PhantomData }
    }

    /// The policy has taken the event, and sends and takes back nothing.
    ///
    /// # Panics
    ///
    /// When it does, or has failed.
    #[track_caller]
    pub fn then_sends_nothing(self) -> PolicyScenario<P> {
        self.then_sends(())
    }

    /// The policy has failed at the event, with this reason: the event is put aside, and the story
    /// goes on without it.
    ///
    /// # Panics
    ///
    /// When it has not failed, or for another reason.
    #[track_caller]
    pub fn then_fails(self, reason: &str) -> PolicyScenario<P> {
        assert!(
            matches!(&self.found, Answered::Failed(found) if found == reason),
            "why `{}` fails at `{}`\n found:{}\n expected:\n  {reason}",
            P::NAME,
            last(&self.after),
            shown(&self.found)
        );
        PolicyScenario { history: self.before, policy: PhantomData }
    }
}

/// The type of the last event.
fn last(history: &History) -> String {
    let envelope = history.events.last().and_then(|event| event.envelope().ok());
    envelope.map_or_else(String::new, |envelope| envelope.event_type.to_owned())
}

fn shown(answered: &Answered) -> String {
    match answered {
        Answered::With(answer) => answer.to_string(),
        Answered::Passed => "\n  nothing: it does not take it".to_owned(),
        Answered::Failed(reason) => format!("\n  it fails: {reason}"),
    }
}

/// The policy after all events.
fn played<P: Policy>(events: &[StoredEvent]) -> Checked<Opened<P>> {
    let mut policy = Opened::<P>::empty()?;
    for event in events {
        if let Answered::Failed(reason) = Answer::of(&mut policy.tables, event)? {
            let name = event.envelope().map_or("an event", |envelope| envelope.event_type);
            return Err(format!("`{}` fails at the given `{name}`: {reason}", P::NAME));
        }
        policy.keep(event)?;
    }
    Ok(policy)
}

/// What the policy answers to the last event.
fn answer<P: Policy>(history: &History) -> Checked<Answered> {
    let Some((last, given)) = history.events.split_last() else { unreachable!("one has happened") };
    let mut policy = played::<P>(given)?;
    let answered = Answer::of(&mut policy.tables, last)?;
    policy.check()?;
    Ok(answered)
}

impl<P> fmt::Debug for PolicyScenario<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyScenario").field("history", &self.history).finish_non_exhaustive()
    }
}

impl<P> fmt::Debug for PolicyOutcome<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyOutcome").field("found", &self.found).finish_non_exhaustive()
    }
}
