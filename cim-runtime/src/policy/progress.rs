//! How far a policy is, for whoever waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;

use crate::driver::Driver;
use crate::error::Error;
use crate::observe;
use crate::projection::Reaches;

/// How far a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) position: u64,
    pub(super) next_due: Option<Timestamp>,
    pub(super) stopped: Option<String>,
    /// The events that are acted on, each with the time for which that waits, if it does nothing else.
    pub(super) acting: BTreeMap<u64, Option<Timestamp>>,
}

#[derive(Debug)]
pub(super) struct Cell {
    pub(super) name: &'static str,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) driver: Arc<Driver>,
}

impl Cell {
    /// Takes note of how far the policy is.
    pub(super) fn moved(&self, now: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(now);
        let now = self.progress.borrow();
        observe::policy(self.name, now.position, now.stopped.is_none());
    }
}

impl Reaches for Cell {
    fn reached(&self, position: u64) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let mut progress = self.progress.subscribe();
            let reached = |now: &Progress| {
                let time = self.driver.environment.now();
                let waits = now.next_due.is_none_or(|due| due > time)
                    && now.acting.values().all(|until| until.is_some_and(|until| until > time));
                now.position >= position && waits
            };
            let now = progress.wait_for(|now| reached(now) || now.stopped.is_some()).await;
            match now.map(|now| now.stopped.clone()) {
                Ok(None) => Ok(()),
                Ok(Some(reason)) => Err(Error::Stopped { projection: self.name, reason }),
                Err(_) => Err(Error::NotStarted { projection: self.name }),
            }
        })
    }

    fn next_due(&self) -> Option<Timestamp> {
        let now = self.progress.borrow();
        now.acting.values().flatten().copied().chain(now.next_due).min()
    }
}
