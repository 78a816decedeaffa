//! Every form of an arrow.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct JobId(String);

#[aggregate(domain = "pass", id = JobId)]
#[derive(Default)]
pub struct Job {}

#[command(Job)]
pub struct Start;
#[command(Job)]
pub struct Report;
#[command(Job)]
pub struct Stop;
#[command(Job)]
pub struct Resume;

#[event(Job)]
pub struct Started;
#[event(Job)]
pub struct Reported;
#[event(Job)]
pub struct Stopped;
#[event(Job)]
pub struct Resumed;
/// Is no longer emitted.
#[event(Job, unread)]
pub struct Aborted {
    pub reason: String,
}

#[state_machine(
    mealy,
    /// Nothing has happened.
    initial Idle,
    Running,
    Paused,
    terminal Done,
    terminal Failed,
)]
impl Job {
    /// One source, one target; it may be `const`.
    #[transition(Idle -> Running)]
    const fn start(&self, _: Start) -> Started {
        Started
    }

    /// Several states, in all of which the job stays.
    #[transition(Running | Paused)]
    fn report(&self, _: Report) -> Reported {
        Reported
    }

    /// In this state another method decides it.
    #[transition(Running -> Paused)]
    fn pause(&self, _: Stop) -> Stopped {
        Stopped
    }

    /// From wherever no other method takes the command.
    #[transition(* -> Failed)]
    fn stop(&self, _: Stop) -> Stopped {
        Stopped
    }

    /// Two arrows on one method.
    #[transition(Paused -> Running)]
    #[transition(Idle -> Done)]
    fn resume(&self, _: Resume) -> Resumed {
        Resumed
    }

    #[apply(Running | Paused -> Failed)]
    fn aborted(&mut self, _: &Aborted) {}
}

impl Job {
    /// A method of the author's own, beside the machine.
    pub fn is_empty(&self) -> bool {
        true
    }
}
