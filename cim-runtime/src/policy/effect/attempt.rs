//! One attempt: it ends, is given up after its time, or panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use jiff::Timestamp;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{Acting, Effect, EffectInfo};
use crate::environment::{Environment, Waits};
use crate::observe;
use crate::outside::Outside;
use crate::policy::plan::Plan;
use crate::projection::said;
use crate::store::{Store, StoreError};

/// What came of an attempt.
pub(in crate::policy) enum Attempt {
    /// It was done, and calls for this.
    Done(Plan),
    /// It has failed, for this reason.
    Failed(String),
    /// Its event could not be read: it was not tried.
    Unread(StoreError),
}

/// What all attempts of an effect are made with.
#[derive(Clone)]
pub(super) struct Attempts {
    pub(super) policy: &'static str,
    pub(super) info: EffectInfo,
    pub(super) store: Arc<dyn Store>,
    pub(super) environment: Arc<dyn Environment>,
    pub(super) outside: Arc<Outside>,
}

impl Attempts {
    /// Tries to act on the event at a position; `waits` is told until when it waits for the clock, if
    /// it does nothing else.
    pub(super) async fn make(
        self,
        position: u64,
        number: u32,
        waits: impl Fn(Option<Timestamp>) + Send + Sync + 'static,
    ) -> Attempt {
        let event = match self.store.read_all(position.saturating_sub(1), 1).await {
            Ok(mut events) if !events.is_empty() => events.swap_remove(0),
            Ok(_) => return Attempt::Failed("its event is gone".to_owned()),
            Err(error) => return Attempt::Unread(error),
        };
        let correlation = event.envelope().map_or(Uuid::nil(), |envelope| envelope.correlation);
        let span = observe::effect_span(self.policy, number, correlation);
        let key = format!("{}:{}", self.policy, event.cid);
        let environment = Arc::clone(&self.environment);
        let effect = Effect { key, attempt: number, environment };
        let begun = self.environment.now();
        let deadline = begun.checked_add(self.info.timeout()).unwrap_or(Timestamp::MAX);
        let waits = move |time: Option<Timestamp>| waits(time.map(|time| time.min(deadline)));
        let outside = Arc::clone(&self.outside);
        let acting = Acting { policy: self.policy, event, effect, outside };
        // A future that panics when it is made is one that panics.
        let act = AssertUnwindSafe(async move { (self.info.act)(acting).await }).catch_unwind();
        let act = Waits::told(waits, act.instrument(span));
        tokio::select! {
            biased;
            acted = act => match acted {
                Ok(Ok(plan)) => Attempt::Done(plan),
                Ok(Err(problem)) => Attempt::Failed(problem),
                Err(panic) => Attempt::Failed(format!("it panicked: {}", said(&*panic))),
            },
            () = self.environment.until(deadline) => {
                let seconds = self.info.timeout_seconds;
                Attempt::Failed(format!("it was not done within {seconds} s"))
            }
        }
    }
}
