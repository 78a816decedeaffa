//! What the worker of a projection shares with those who ask it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;

use super::medium::{Medium, ServingOf};
use super::retry::Retry;
use super::status::{Progress, ProjectionState};
use super::worker::Stopped;
use super::{Listened, Projection, QueryDoor};
use crate::environment::Environment;
use crate::error::Error;
use crate::observe;
use crate::outside::Outside;
use crate::rows::RowStore;
use crate::store::Store;

/// A projection of a system, as data.
#[derive(Debug, Clone, Copy)]
pub struct ProjectionInfo {
    /// Its name.
    pub name: &'static str,
    /// The events that it takes.
    pub listens: &'static [Listened],
    /// The questions that it answers.
    pub queries: &'static [QueryDoor],
    pub(crate) start: fn(&Started) -> Result<Run, Error>,
}

impl ProjectionInfo {
    /// What a system knows of a projection.
    pub const fn of<P: Projection>() -> Self {
        let start = <P::Medium as Medium<P>>::start;
        Self { name: P::NAME, listens: P::LISTENS, queries: P::QUERIES, start }
    }
}

/// What projections are started with.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Started {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) rows: Arc<dyn RowStore>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) environment: Arc<dyn Environment>,
    #[cfg_attr(not(feature = "sql"), allow(dead_code, reason = "only databases are provided"))]
    pub(crate) outside: Arc<Outside>,
}

/// A projection as the workers of a system know it.
#[doc(hidden)]
pub struct Run {
    pub(crate) work: BoxFuture<'static, Infallible>,
    pub(crate) cell: Arc<dyn Reaches>,
}

/// Something that takes events in, and can be waited for.
pub(crate) trait Reaches: Send + Sync {
    /// Waits until it knows the event at this position, and has done what is due.
    fn reached(&self, position: u64) -> BoxFuture<'_, Result<(), Error>>;

    /// When it will do something although nothing happens.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

impl<V: Clone + Send> Reaches for Cell<V> {
    fn reached(&self, position: u64) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.reach(position))
    }
}

/// The projections that run, by type.
#[derive(Debug, Default)]
pub(crate) struct Registry(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Registry {
    /// A cell for a projection that is started.
    pub(crate) fn start<P: Projection>(&self) -> Arc<CellOf<P>> {
        let cell = Arc::new(Cell::new(P::NAME));
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.insert(TypeId::of::<P>(), Arc::clone(&cell) as _);
        cell
    }

    /// The cell of a projection that was started.
    pub(crate) fn cell<P: Projection>(&self) -> Result<Arc<CellOf<P>>, Error> {
        let cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cell = cells.get(&TypeId::of::<P>()).cloned();
        let cell = cell.and_then(|cell| cell.downcast().ok());
        cell.ok_or(Error::NotStarted { projection: P::NAME })
    }
}

/// The cell of a projection.
pub(crate) type CellOf<P> = Cell<ServingOf<P>>;

/// What a projection's worker and those who ask it share; questions are answered from a `V`.
pub(crate) struct Cell<V> {
    pub(crate) name: &'static str,
    pub(crate) progress: watch::Sender<Progress>,
    pub(crate) paused: watch::Sender<bool>,
    /// How often somebody has asked for new rows.
    pub(crate) rebuilds: watch::Sender<u64>,
    serving: Mutex<Option<V>>,
}

impl<V: Clone> Cell<V> {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            progress: watch::Sender::new(Progress::new()),
            paused: watch::Sender::new(false),
            rebuilds: watch::Sender::new(0),
            serving: Mutex::new(None),
        }
    }

    /// The rows that answer.
    pub(crate) fn serving(&self) -> Result<V, Error> {
        let serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner);
        serving.clone().ok_or(Error::NotStarted { projection: self.name })
    }

    /// Answers from other rows, which `now` tells of.
    pub(crate) fn serve(&self, serving: V, now: impl FnOnce(&mut Progress)) {
        *self.serving.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
        self.moved(now);
    }

    /// Does not answer until it is told to serve again.
    pub(crate) fn close(&self) {
        self.moved(|progress| progress.live = None);
    }

    pub(crate) fn set(&self, state: ProjectionState) {
        self.moved(|progress| progress.state = state);
    }

    /// Takes note of how far the projection is.
    pub(crate) fn moved(&self, now: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(now);
        self.observe();
    }

    /// Has it take no more events, or go on.
    pub(super) fn pause(&self, is_paused: bool) {
        self.paused.send_replace(is_paused);
        self.observe();
    }

    /// Tells whether the projection gets on.
    pub(crate) fn observe(&self) {
        let is_up = match self.progress.borrow().state {
            ProjectionState::Stopped { .. } | ProjectionState::Retrying { .. } => false,
            _ => !*self.paused.borrow(),
        };
        observe::projection_up(self.name, is_up);
    }

    /// Has the rows made anew, and waits until they answer.
    pub(super) async fn rebuild(&self, store: &dyn Store) -> Result<(), Error> {
        let before = self.progress.borrow().live;
        // One that has stopped begins again.
        self.set(ProjectionState::Building { position: 0, target: 0 });
        self.rebuilds.send_modify(|count| *count += 1);
        let head = store.head().await?.map_or(0, |head| head.number);
        let mut progress = self.progress.subscribe();
        let done = progress.wait_for(|now| now.live > before || is_stopped(now)).await;
        match done {
            Ok(progress) => self.stopped(&progress),
            Err(_) => Err(Error::Behind { projection: self.name, position: 0, wanted: head }),
        }
    }

    /// Waits until another generation answers than this one.
    pub(super) async fn other_than(&self, generation: u64) {
        let mut progress = self.progress.subscribe();
        let is_other = |now: &Progress| now.live.is_some_and(|live| live != generation);
        // Whoever sends this is there as long as the cell is.
        let _ = progress.wait_for(is_other).await;
    }

    /// Waits until the answers know the event at this position.
    pub(crate) async fn reach(&self, position: u64) -> Result<(), Error> {
        let mut progress = self.progress.subscribe();
        let reached = |now: &Progress| now.live.is_some() && now.position >= position;
        let now = progress.wait_for(|now| reached(now) || is_stopped(now)).await;
        match now {
            Ok(now) if reached(&now) => Ok(()),
            Ok(now) => self.stopped(&now),
            Err(_) => Err(Error::NotStarted { projection: self.name }),
        }
    }

    /// Waits until a projection that has stopped may be tried again.
    pub(crate) async fn recover(
        &self,
        stopped: Stopped,
        got_on: bool,
        retry: &mut Retry,
        rebuilds: &mut watch::Receiver<u64>,
    ) {
        let projection = self.name;
        match stopped {
            Stopped::Spoilt { .. } => rebuilds.mark_changed(),
            Stopped::Event(reason) => {
                tracing::error!(projection, reason, "a projection has stopped");
                self.set(ProjectionState::Stopped { reason });
                // Nobody but a person can help.
                if rebuilds.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                rebuilds.mark_changed();
            }
            Stopped::Store(error) => {
                tracing::warn!(projection, %error, "a projection tries again");
                self.set(ProjectionState::Retrying { reason: error.to_string() });
                retry.pause(got_on).await;
            }
        }
    }

    /// The generation that answers.
    pub(crate) fn live(&self) -> Option<u64> {
        self.progress.borrow().live
    }

    /// How far the answers are.
    pub(crate) fn position(&self) -> u64 {
        self.progress.borrow().position
    }

    fn stopped(&self, progress: &Progress) -> Result<(), Error> {
        match &progress.state {
            ProjectionState::Stopped { reason } => {
                Err(Error::Stopped { projection: self.name, reason: reason.clone() })
            }
            _ => Ok(()),
        }
    }
}

fn is_stopped(progress: &Progress) -> bool {
    matches!(progress.state, ProjectionState::Stopped { .. })
}

impl<V> fmt::Debug for Cell<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = self.progress.borrow();
        f.debug_struct("Cell").field("name", &self.name).field("progress", &*progress).finish()
    }
}
