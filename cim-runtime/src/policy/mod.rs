//! Policies: events, and the commands that they call for.
//!
//! A policy takes events as a projection does, and answers with commands, each addressed to an
//! aggregate, at once or later. What it keeps, what waits for its time and how far it is are written
//! in one transaction, after what was due at once was sent. A policy that is cut short takes its last
//! events once more and comes to the same commands: their ids follow from the policy, the event and
//! their number, and an aggregate takes a caused command of one id once.

mod acting;
mod address;
mod afar;
mod answer;
mod books;
mod compensation;
mod dead;
mod effect;
mod id;
mod loops;
mod office;
mod plan;
mod progress;
mod reaction;
mod refused;
mod running;
mod sendable;
mod sending;
mod wiring;
mod worker;

use crate::projection::OnFailure;
use crate::rows::Tables;

pub use address::{Addressed, Cancel, Delay, To};
pub(crate) use answer::{Answer, Answered};
pub use compensation::{Compensation, compensates, does_not_come_back, is_refused_once, is_sent};
pub use dead::{DeadLetter, DeadLetters};
pub use effect::{Act, Acting, Effect, EffectInfo, EffectOutcome, Effects, Need, Provided, act};
pub use id::depth_of;
pub use loops::Loops;
pub use office::{DeadLetterOffice, Filed};
pub use plan::Reacting;
pub use reaction::{Reaction, Sends};
pub use refused::{Refusable, Refused, RefusedCommand, Refusing, Why};
pub(crate) use running::StartedPolicies;
pub use running::{PolicyInfo, Route};
pub use sendable::Sendable;
pub use wiring::{is_answered_once, is_only_policy, reacts_within, sends_within};

/// What `#[policy]` writes for the type on whose `impl` it stands, or for a function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a policy",
    note = "write `#[policy]` on a function from `&Recorded<E>` to `To<C>`, or on the `impl` of a `#[derive(Tables)]` struct"
)]
pub trait Policy: Tables {
    /// Its name: the function's, or the type's in snake case.
    const NAME: &'static str;
    /// Which events it takes, and the commands that each may call for.
    const ROUTES: &'static [Route];
    /// What happens when a method fails or panics.
    const ON_FAILURE: OnFailure;
    /// What happens to a command that its aggregate refuses.
    const ON_REFUSAL: OnRefusal;
    /// With which events it begins when it is started for the first time.
    const STARTS: Starts;
    /// Why a loop that goes through it ends, if there is one.
    const ENDS: Option<&'static str>;
    /// How it acts on the world, if it does.
    const EFFECT: Option<EffectInfo> = None;
    /// Which refused commands it answers to, and with which.
    const COMPENSATIONS: &'static [Compensation] = &[];

    /// Hands an event to the method that takes it.
    fn react(&mut self, event: &mut Reacting<'_>);

    /// Hands a refused command to the method that takes it.
    fn refuse(&mut self, command: &mut Refusing<'_>) {
        let _ = command;
    }

    /// What a system knows of it.
    #[doc(hidden)]
    const INFO: PolicyInfo = PolicyInfo::of::<Self>();
}

/// What happens to a command that its aggregate refuses, and that no `#[refused]` method takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRefusal {
    /// It is put on the list of dead letters, for somebody to look at.
    #[default]
    Report,
    /// Nothing: the aggregate knows best.
    Ignore,
    /// It is sent again later, after longer and longer times; in the end it is reported.
    Retry,
}

/// With which events a policy begins when it is started for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Starts {
    /// With the first one that is stored.
    #[default]
    First,
    /// With the next one that is stored.
    Next,
}
