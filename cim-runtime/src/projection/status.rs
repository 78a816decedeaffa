//! How far a projection is, and what can be done with it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Projection;
use super::cell::CellOf;
use super::medium::Medium;
use crate::cid::EventCid;
use crate::environment::Environment;
use crate::error::Error;
use crate::prelude::value;
use crate::store::Store;

/// How far a projection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The projection.
    pub name: &'static str,
    /// What it does.
    pub state: ProjectionState,
    /// The position of the last event that its answers know.
    pub position: u64,
    /// How many events are stored that its answers do not know. Where positions do not count
    /// events it is an estimate, which is zero only if it is true.
    pub events_behind: u64,
    /// How long ago its last event was decided, if there are events behind it.
    pub time_behind: SignedDuration,
}

/// What a projection does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProjectionState {
    /// Its rows are being made, from the first event on; until they are, it answers from those it
    /// had before, if this program can read them.
    Building {
        /// The position of the last event in the new rows.
        position: u64,
        /// The position from which on the new rows answer.
        target: u64,
    },
    /// It takes each event as it is stored.
    Live,
    /// Another process takes the events; this one answers from the rows that they bring.
    Following,
    /// It takes no events until it is told to go on.
    Paused,
    /// It has come upon an event that it cannot take.
    Stopped {
        /// The event, and why not.
        reason: String,
    },
    /// It cannot reach the store or its rows, and tries again.
    Retrying {
        /// Why not.
        reason: String,
    },
}

/// An event that was put aside, because a method for it has failed.
#[value]
pub struct Parked {
    /// The event.
    pub cid: EventCid,
    /// Its type.
    pub event_type: String,
    /// The type of its aggregate.
    pub aggregate: String,
    /// The id of its aggregate.
    pub id: String,
    /// Why the method failed.
    pub problem: String,
}

/// A projection that runs: what [`Handle::projection`](crate::Handle::projection) returns.
#[derive(Debug)]
pub struct ProjectionHandle<P: Projection> {
    cell: Arc<CellOf<P>>,
    store: Arc<dyn Store>,
    environment: Arc<dyn Environment>,
}

impl<P: Projection> ProjectionHandle<P> {
    pub(crate) fn new(
        cell: Arc<CellOf<P>>,
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
    ) -> Self {
        Self { cell, store, environment }
    }

    /// How far it is.
    ///
    /// # Errors
    ///
    /// When the store cannot say where its head is.
    pub async fn status(&self) -> Result<Status, Error> {
        let head = self.store.head().await?.map_or(0, |head| head.number);
        let progress = self.cell.progress.borrow().clone();
        let events_behind = head.saturating_sub(progress.position);
        let time_behind = match (events_behind, progress.at) {
            (0, _) | (_, None) => SignedDuration::ZERO,
            (_, Some(at)) => self.environment.now().duration_since(at),
        };
        let state = match *self.cell.paused.borrow() {
            true => ProjectionState::Paused,
            false => progress.state,
        };
        let position = progress.position;
        Ok(Status { name: P::NAME, state, position, events_behind, time_behind })
    }

    /// Waits until its answers know the event at this position.
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`] when it never will.
    pub async fn reached(&self, position: u64) -> Result<(), Error> {
        self.cell.reach(position).await
    }

    /// Takes no more events until [`ProjectionHandle::resume`]. It goes on answering. Where another
    /// process takes the events, that one is to be told.
    pub fn pause(&self) {
        self.cell.pause(true);
    }

    /// Takes events again.
    pub fn resume(&self) {
        self.cell.pause(false);
    }

    /// Makes its rows anew from the first event on, beside those that answer meanwhile, and returns
    /// once the new ones answer. Where another process takes the events, that one makes them; if it
    /// runs another program, once this one takes its place.
    ///
    /// # Errors
    ///
    /// When it has stopped, or its workers have.
    pub async fn rebuild(&self) -> Result<(), Error> {
        self.cell.rebuild(self.store.as_ref()).await
    }

    /// The events that were put aside, with their positions.
    ///
    /// # Errors
    ///
    /// When the rows cannot be read.
    pub async fn parked(&self) -> Result<Vec<(u64, Parked)>, Error> {
        <P::Medium as Medium<P>>::parked(self.cell.serving()?).await
    }
}

/// How far a projection is, as its worker says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The generation that answers; none at first.
    pub(crate) live: Option<u64>,
    /// The position of the last event in its rows.
    pub(crate) position: u64,
    /// When that event was decided.
    pub(crate) at: Option<Timestamp>,
    pub(crate) state: ProjectionState,
}

impl Progress {
    pub(super) fn new() -> Self {
        let state = ProjectionState::Building { position: 0, target: 0 };
        Self { live: None, position: 0, at: None, state }
    }
}
