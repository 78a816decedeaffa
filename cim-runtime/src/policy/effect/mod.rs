//! Effects: policies that act on the world, with mail, over HTTP.
//!
//! An event that an effect takes becomes a job, written together with the checkpoint, so that nothing
//! waits for the world. A job is tried until it succeeds, at least once; what it answers is written
//! down together with its end before any of it is sent, so that each of its commands takes effect
//! once, although the effect may have run twice.

mod attempt;
mod jobs;
mod outcomes;
mod queue;
mod running;

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::address::Delay;
use super::plan::Plan;
use crate::envelope::Envelope;
use crate::environment::Environment;
use crate::outside::Outside;
use crate::store::StoredEvent;

pub(super) use attempt::Attempt;
pub(super) use jobs::{Job, Jobs};
pub use outcomes::{EffectOutcome, Effects};
pub(super) use running::{Acts, Ended, Failed, Tell};

/// One attempt at an effect: what an `async` policy may take beside the event.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct ReaderId(String);
/// # #[aggregate(domain = "library", id = ReaderId)] #[derive(Default)] pub struct Reader {}
/// # #[command(Reader)] pub struct Register { pub mail: String }
/// # #[event(Reader, unread)] pub struct Registered { pub mail: String }
/// # #[state_machine(initial New, terminal Known)]
/// # impl Reader {
/// #     #[transition(New -> Known)]
/// #     fn register(&self, cmd: Register) -> Registered { Registered { mail: cmd.mail } }
/// # }
/// # pub struct Mailer;
/// # impl Mailer {
/// #     async fn send(&self, _: &str, _: &str) -> Result<(), String> { Ok(()) }
/// # }
///
/// #[policy]
/// pub async fn welcome(
///     event: &Recorded<Registered>,
///     effect: &Effect,
///     mailer: &Mailer,
/// ) -> Result<(), String> {
///     // Of two mails with one key the second is not delivered.
///     mailer.send(effect.key(), &event.event.mail).await
/// }
/// ```
#[derive(Debug)]
pub struct Effect {
    key: String,
    attempt: u32,
    environment: Arc<dyn Environment>,
}

impl Effect {
    /// The same for each attempt at this effect, and for no other: what a service recognizes that it
    /// has done something already.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Which attempt it is, from 1. One that was cut short by the end of its process does not count.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.environment.now()
    }

    /// Waits for as long, by the system's clock.
    pub async fn pause(&self, delay: impl Into<Delay>) {
        self.environment.until(delay.into().since(self.now())).await;
    }
}

/// A policy that is an effect, as data.
#[derive(Clone, Copy)]
pub struct EffectInfo {
    /// After how many seconds an attempt is given up.
    pub timeout_seconds: u32,
    /// How many of its events it works on at once.
    pub at_once: u32,
    /// How often it is tried before it is put on the list of dead letters.
    pub attempts: u32,
    /// What it takes beside the event.
    pub needs: &'static [Need],
    /// One attempt.
    #[doc(hidden)]
    pub act: fn(Acting) -> Act,
}

impl EffectInfo {
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }
}

impl fmt::Debug for EffectInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timeout_seconds, at_once, attempts, needs, .. } = self;
        f.debug_struct("EffectInfo")
            .field("timeout_seconds", timeout_seconds)
            .field("at_once", at_once)
            .field("attempts", attempts)
            .field("needs", needs)
            .finish_non_exhaustive()
    }
}

/// A type of which an effect needs a value.
#[derive(Clone, Copy)]
pub struct Need {
    name: fn() -> &'static str,
    ty: fn() -> TypeId,
}

impl Need {
    /// A value of this type.
    pub const fn of<T: Any>() -> Self {
        Self { name: type_name::<T>, ty: TypeId::of::<T> }
    }

    /// The type's name, if nobody has provided such a value.
    pub(super) fn missing(&self, outside: &Outside) -> Option<&'static str> {
        let ty = (self.ty)();
        let found = ty == TypeId::of::<Effect>() || outside.value(ty).is_some();
        (!found).then(self.name)
    }
}

impl fmt::Debug for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str((self.name)())
    }
}

/// Holds for what an effect can take: values that all of its attempts share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given to an effect",
    label = "not `Send`, `Sync`, and without borrows",
    note = "attempts run side by side, on any thread: use `Arc` for `Rc`, a `Mutex` for a `RefCell`, and a `Box<dyn Trait>` for a `dyn Trait`"
)]
pub trait Provided: Any {
    /// The type, as data.
    #[doc(hidden)]
    const NEED: Need;

    /// What somebody has provided.
    #[doc(hidden)]
    fn need(acting: &Acting) -> Result<&Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: Any + Send + Sync> Provided for T {
    const NEED: Need = Need::of::<T>();

    fn need(acting: &Acting) -> Result<&Self, String> {
        let effect: &dyn Any = &acting.effect;
        let found = effect.downcast_ref().or_else(|| acting.outside.get());
        found.ok_or_else(|| format!("nobody has provided a `{}`", type_name::<T>()))
    }
}

/// An attempt that runs; in the end there is what it calls for, or why it has failed.
pub type Act = BoxFuture<'static, Result<Plan, String>>;

/// Boxes an attempt.
#[doc(hidden)]
pub fn act(attempt: impl Future<Output = Result<Plan, String>> + Send + 'static) -> Act {
    Box::pin(attempt)
}

/// What an attempt is made with.
#[doc(hidden)]
#[derive(Debug)]
pub struct Acting {
    policy: &'static str,
    event: StoredEvent,
    effect: Effect,
    outside: Arc<Outside>,
}

impl Acting {
    /// The event.
    pub fn event(&self) -> Result<(&StoredEvent, Envelope<'_>), String> {
        let envelope = self.event.envelope().map_err(|error| error.to_string())?;
        Ok((&self.event, envelope))
    }

    /// The event as one that the effect takes.
    pub fn known<T>(read: Option<Result<T, String>>) -> Result<T, String> {
        read.unwrap_or_else(|| Err("the effect takes no such event any more".to_owned()))
    }

    /// Where what it calls for is written down.
    pub fn plan(&self) -> Result<Plan, String> {
        let envelope = self.event.envelope().map_err(|error| error.to_string())?;
        Ok(Plan::new(self.policy, &self.event, &envelope))
    }

    /// What has come of it: why it failed, or what it calls for.
    pub fn end(plan: Plan, failed: Option<String>) -> Result<Plan, String> {
        failed.map_or(Ok(plan), Err)
    }
}
