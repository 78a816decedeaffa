//! The plan, and how far it has come.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Notify, watch};

use super::{Fault, Faults};
use crate::store::{StoreError, StoreErrorKind};

/// What all processes of a simulated system share.
#[derive(Debug)]
pub(in crate::testing) struct World {
    plan: Faults,
    commits: AtomicU32,
    transactions: AtomicU32,
    consumers: AtomicU32,
    /// Wakes those that follow the events, in the order in which they wait: a store's own head does so
    /// by chance.
    pub(super) stored: Notify,
    /// How often the processes have ended: those of this life are at work.
    life: watch::Sender<u32>,
}

impl World {
    pub(in crate::testing) fn new(plan: Faults) -> Self {
        Self {
            plan,
            commits: AtomicU32::default(),
            transactions: AtomicU32::default(),
            consumers: AtomicU32::default(),
            stored: Notify::new(),
            life: watch::Sender::new(0),
        }
    }

    pub(super) fn next_commit(&self) -> u32 {
        self.commits.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn next_transaction(&self) -> u32 {
        self.transactions.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn next_consumer(&self) -> u32 {
        self.consumers.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether this happens.
    pub(super) fn has(&self, fault: Fault) -> bool {
        self.plan.0.contains(&fault)
    }

    /// How many turns a consumer has to wait for an event.
    pub(super) fn turns(&self, consumer: u32, event: u32) -> u32 {
        let turns = self.plan.0.iter().map(|fault| match fault {
            Fault::HeldUp { consumer: of, event: at, turns } if (*of, *at) == (consumer, event) => {
                *turns
            }
            _ => 0,
        });
        turns.sum()
    }

    /// How often the processes have ended.
    pub(in crate::testing) fn life(&self) -> u32 {
        *self.life.borrow()
    }

    /// All processes end, if they are those of this life.
    pub(super) fn end(&self, life: u32) {
        self.life.send_if_modified(|now| {
            let ends = *now == life;
            *now += u32::from(ends);
            ends
        });
    }

    /// Waits until the processes of this life have ended.
    pub(in crate::testing) async fn ended(&self, life: u32) {
        // What tells is here as long as this is.
        let _ = self.life.subscribe().wait_for(|now| *now != life).await;
    }

    /// What a process of this life is told that tries to go on.
    pub(super) fn check(&self, life: u32) -> Result<(), StoreError> {
        match self.life() == life {
            true => Ok(()),
            false => Err(over()),
        }
    }
}

pub(super) fn over() -> StoreError {
    StoreError::new(StoreErrorKind::Io, "this process has ended, as the plan of faults says")
}
