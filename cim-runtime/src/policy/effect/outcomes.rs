//! What became of an effect, for whoever asks.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::super::dead::{Wish, wish};
use crate::error::Error;
use crate::prelude::value;

/// What became of an effect on one event.
#[value]
pub struct EffectOutcome {
    /// When it was over.
    pub at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it has failed the last time, if it was given up.
    pub error: Option<String>,
}

/// What an effect has come to: what [`Workers::effects`](crate::system::Workers::effects) returns.
#[derive(Debug, Clone)]
pub struct Effects {
    pub(crate) policy: &'static str,
    pub(in crate::policy) wishes: Arc<mpsc::Sender<Wish>>,
}

impl Effects {
    /// What became of the effect on the event at this position; `None` if it is not over, or if the
    /// effect takes no such event. Outcomes are kept of 10,000 events, those stored last: for longer,
    /// answer with a command.
    ///
    /// # Errors
    ///
    /// When the policy does not run any more, or its rows cannot be read.
    pub async fn outcome(&self, position: u64) -> Result<Option<EffectOutcome>, Error> {
        wish(self.policy, &self.wishes, |done| Wish::Outcome { position, done }).await
    }
}
