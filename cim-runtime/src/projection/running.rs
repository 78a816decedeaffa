//! A projection that runs: it takes pages of events, and makes its rows anew when it must.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use futures::future::BoxFuture;
use tokio::sync::watch;

use super::cell::{Cell, Run, Started};
use super::generation::{Generation, Generations};
use super::is_kept;
use super::leading::leading;
use super::medium::{InTables, Medium, TableProjection};
use super::pages::Pages;
use super::retry::Retry;
use super::serving::Serving;
use super::status::{Parked, ProjectionState};
use super::worker::{Stopped, Worker};
use crate::environment::Environment;
use crate::error::Error;
use crate::observe;
use crate::parts::Part;
use crate::rows::{MemoryRows, RowStore};
use crate::store::{Store, StoreError, StoreErrorKind};

/// How many pages of events are read ahead: the rows of so many are written as a finished table.
const AHEAD: usize = 32;

impl<P: TableProjection> Medium<P> for InTables {
    type Serving = Serving<P>;

    fn start(with: &Started) -> Result<Run, Error> {
        let cell = with.registry.start::<P>();
        // A model that has a part in memory has all of it there: its rows would be ahead of it.
        let rows = match is_kept::<P>() {
            true => Arc::clone(&with.rows),
            false => Arc::new(MemoryRows::default()),
        };
        let (store, environment) = (Arc::clone(&with.store), Arc::clone(&with.environment));
        let running = Running::<P> {
            cell: Arc::clone(&cell),
            store,
            rows,
            environment,
            left_out: Mutex::default(),
            answering: tokio::sync::Mutex::default(),
        };
        Ok(Run { work: Box::pin(async move { running.run().await }), cell })
    }

    fn parked(serving: Serving<P>) -> BoxFuture<'static, Result<Vec<(u64, Parked)>, Error>> {
        Box::pin(async move { Ok(blocking(move || serving.parked()).await?) })
    }
}

struct Running<P> {
    cell: Arc<Cell<Serving<P>>>,
    store: Arc<dyn Store>,
    rows: Arc<dyn RowStore>,
    environment: Arc<dyn Environment>,
    /// Events that a model in memory is made without.
    left_out: Mutex<Vec<u64>>,
    /// Whoever holds it takes events into the rows that answer.
    answering: tokio::sync::Mutex<()>,
}

impl<P: TableProjection> Running<P> {
    /// Runs until it is dropped.
    async fn run(&self) -> Infallible {
        let mut rebuilds = self.cell.rebuilds.subscribe();
        let mut retry = Retry::new();
        loop {
            let before = self.cell.position();
            // Who does not write the rows answers from those that another one writes.
            let others = self.answer_from_others(has_changed(&rebuilds));
            let own = async {
                loop {
                    let anew = has_changed(&rebuilds);
                    rebuilds.mark_unchanged();
                    let before = self.cell.live();
                    let led = self.lead(anew, &mut rebuilds).await;
                    if anew && led.is_err() && self.cell.live() == before {
                        // They were not made yet.
                        rebuilds.mark_changed();
                    }
                    led?;
                }
            };
            let ended = leading(self.rows.as_ref(), P::NAME, others, own).await;
            if let Err(stopped) = ended.map_err(|stopped| self.spoilt(stopped)) {
                let got_on = self.cell.position() > before;
                self.cell.recover(stopped, got_on, &mut retry, &mut rebuilds).await;
            }
        }
    }

    /// What a model in memory does after a method has failed: it answers no more until it is made
    /// anew.
    fn spoilt(&self, stopped: Stopped) -> Stopped {
        let Stopped::Spoilt { position, problem, stops } = stopped else { return stopped };
        self.cell.close();
        if stops {
            return Stopped::Event(problem);
        }
        tracing::error!(projection = P::NAME, problem, "an event was left out");
        self.left_out().push(position);
        Stopped::Spoilt { position, problem, stops }
    }

    fn left_out(&self) -> MutexGuard<'_, Vec<u64>> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, worker: &Worker<P>, generation: Generation) {
        self.cell.serve(self.serving(generation, worker.model()), |progress| {
            progress.live = Some(generation.number);
            (progress.position, progress.at) = (worker.checkpoint(), worker.at());
        });
    }

    fn serving(&self, generation: Generation, model: Option<Arc<RwLock<P>>>) -> Serving<P> {
        Serving {
            rows: Arc::clone(&self.rows),
            space: generation.space(P::NAME),
            generation: generation.number,
            model,
            cell: Arc::downgrade(&self.cell),
        }
    }

    /// Answers from rows that another process writes.
    async fn answer_from_others(&self, anew: bool) -> Result<Infallible, Stopped> {
        let Some(mut written) = self.rows.written_elsewhere() else {
            return std::future::pending().await;
        };
        let mut rebuilds = self.cell.rebuilds.subscribe();
        if anew {
            rebuilds.mark_changed();
        }
        loop {
            written.mark_unchanged();
            let rows = Arc::clone(&self.rows);
            let found = blocking(move || {
                let (generations, _) = Generations::read(rows.as_ref(), P::NAME)?;
                let Some(live) = generations.live else { return Ok(None) };
                let position = rows.view(&live.space(P::NAME))?.checkpoint()?;
                Ok(Some((live, position)))
            });
            match found.await? {
                None => {}
                Some((live, position)) if live.is_readable_by::<P>() => {
                    self.cell.serve(self.serving(live, None), |progress| {
                        progress.live = Some(live.number);
                        progress.position = position;
                        progress.state = ProjectionState::Following;
                    });
                }
                // A newer program has made rows that this one cannot read, in place of those it could.
                Some(_) => self.cell.close(),
            }
            tokio::select! {
                changed = written.changed() => changed.map_err(|_| Stopped::Store(ended()))?,
                _ = rebuilds.changed() => self.ask_for_new_rows().await?,
            }
        }
    }

    /// Has the process that writes the rows make new ones, if it is one of this program.
    async fn ask_for_new_rows(&self) -> Result<(), StoreError> {
        loop {
            let rows = Arc::clone(&self.rows);
            let asked = blocking(move || {
                let (known, revision) = Generations::read(rows.as_ref(), P::NAME)?;
                if !known.is_live_of::<P>() || known.is_building_of::<P>() {
                    return Ok(());
                }
                known.plan::<P>(true).write(rows.as_ref(), P::NAME, revision)
            });
            match asked.await {
                Err(error) if error.is_conflict() => {}
                asked => return asked,
            }
        }
    }

    /// Follows the events with the rows that answer, after making them if need be. Ends when
    /// somebody asks for new ones.
    async fn lead(&self, anew: bool, rebuilds: &mut watch::Receiver<u64>) -> Result<(), Stopped> {
        let rows = Arc::clone(&self.rows);
        let (found, revision) = blocking(move || Generations::read(rows.as_ref(), P::NAME)).await?;
        let mut plan = found.clone().plan::<P>(anew);
        let mut live = self.live(&plan).await?;
        if live.is_none() && plan.building.is_none() {
            // The rows are those of another store's events.
            plan = plan.plan::<P>(true);
        }
        if let Some(new) = plan.building
            && plan.building != found.building
        {
            // There may be rows of this number that somebody else has begun and given up.
            self.clear(new.space(P::NAME)).await?;
        }
        let revision = self.note(&plan, &found, revision).await?;
        if let Some(generation) = plan.building {
            let mut made = self.worker(generation.space(P::NAME)).await?;
            if !self.follows(&mut made).await? {
                self.clear(generation.space(P::NAME)).await?;
                made = self.worker(generation.space(P::NAME)).await?;
            }
            let target = self.store.head().await?.map_or(0, |head| head.number);
            let made = self.make(made, live.take(), target).await?;
            let done = Generations { live: Some(generation), building: None };
            self.note(&done, &plan, revision).await?;
            self.serve(&made, generation);
            if let Some(old) = plan.live {
                self.clear(old.space(P::NAME)).await?;
            }
            live = Some(made);
        }
        let Some(live) = live else { return Ok(()) };
        self.cell.set(ProjectionState::Live);
        let asked_for = self.rows.overtaken(P::NAME);
        tokio::select! {
            biased;
            ended = self.follow(live, None, true) => ended.map(|_| ()),
            // Another process wants new rows.
            () = asked_for => Ok(()),
            _ = rebuilds.changed() => {
                rebuilds.mark_changed();
                Ok(())
            }
        }
    }

    /// The worker of the rows that answer now. It writes them only if this program has made them.
    async fn live(&self, plan: &Generations) -> Result<Option<Worker<P>>, Stopped> {
        let Some(generation) = plan.live.filter(|live| live.is_readable_by::<P>()) else {
            return Ok(None);
        };
        let mut live = self.worker(generation.space(P::NAME)).await?;
        if !self.follows(&mut live).await? {
            tracing::warn!(
                projection = P::NAME,
                "its rows are not made from the events of this store: they are made anew"
            );
            return Ok(None);
        }
        self.serve(&live, generation);
        Ok(generation.is_made_by::<P>().then_some(live))
    }

    /// Makes rows up to `target`, while those that answer go on.
    async fn make(
        &self,
        made: Worker<P>,
        live: Option<Worker<P>>,
        target: u64,
    ) -> Result<Worker<P>, Stopped> {
        self.cell.set(ProjectionState::Building { position: made.checkpoint(), target });
        let made = self.follow(made.in_bulk(true), Some(target), false);
        let Some(live) = live else { return Ok(made.await?.in_bulk(false)) };
        let made = async {
            let made = made.await?;
            // The others have got on meanwhile, and do so no more: nobody is to be told less than before.
            let _answering = self.answering.lock().await;
            let made = self.follow(made, Some(self.cell.position()), false).await?;
            Ok(made.in_bulk(false))
        };
        tokio::select! {
            biased;
            made = made => made,
            ended = self.follow(live, None, true) => ended,
        }
    }

    /// Takes events as they come, until the one at position `until` is in the rows.
    async fn follow(
        &self,
        mut worker: Worker<P>,
        until: Option<u64>,
        answers: bool,
    ) -> Result<Worker<P>, Stopped> {
        let mut paused = self.cell.paused.subscribe();
        let mut pages = Pages::after(&self.store, worker.checkpoint(), AHEAD);
        while until.is_none_or(|until| worker.checkpoint() < until) {
            let page = pages.next().await;
            let (events, failed) = page.ok_or_else(|| Stopped::Store(ended()))?;
            // Whoever has sent this is there as long as the cell is.
            let _ = paused.wait_for(|paused| !paused).await;
            let _answering = match answers {
                true => Some(self.answering.lock().await),
                false => None,
            };
            let span = observe::page_span("projection", P::NAME, events.len());
            let (back, applied) = blocking(move || {
                let applied = span.in_scope(|| worker.apply(&events));
                Ok((worker, applied))
            })
            .await?;
            worker = back;
            applied?;
            self.report(&worker, until, answers);
            let now = self.environment.now();
            observe::projected(P::NAME, worker.checkpoint(), worker.at(), now);
            if let Some(error) = failed {
                return Err(error.into());
            }
        }
        Ok(worker)
    }

    fn report(&self, worker: &Worker<P>, until: Option<u64>, answers: bool) {
        self.cell.moved(|progress| {
            if answers {
                (progress.position, progress.at) = (worker.checkpoint(), worker.at());
            }
            if let Some(target) = until {
                let position = worker.checkpoint();
                progress.state = ProjectionState::Building { position, target };
            }
        });
    }

    async fn worker(&self, space: String) -> Result<Worker<P>, StoreError> {
        let (rows, left_out) = (Arc::clone(&self.rows), self.left_out().clone());
        blocking(move || Worker::open(rows, space, left_out)).await
    }

    async fn follows(&self, worker: &mut Worker<P>) -> Result<bool, StoreError> {
        let before = worker.checkpoint().saturating_sub(1);
        let found = self.store.read_all(before, 1).await?;
        Ok(worker.follows(found.first()))
    }

    async fn clear(&self, space: String) -> Result<(), StoreError> {
        let rows = Arc::clone(&self.rows);
        blocking(move || rows.clear(&space)).await
    }

    async fn note(
        &self,
        now: &Generations,
        before: &Generations,
        revision: u64,
    ) -> Result<u64, StoreError> {
        if now == before {
            return Ok(revision);
        }
        let (rows, now) = (Arc::clone(&self.rows), now.clone());
        blocking(move || now.write(rows.as_ref(), P::NAME, revision)).await?;
        Ok(revision + 1)
    }
}

/// Whether somebody has asked for new rows that were not made yet.
fn has_changed(rebuilds: &watch::Receiver<u64>) -> bool {
    // Whoever asks is there as long as the cell is.
    rebuilds.has_changed().unwrap_or(false)
}

pub(crate) fn ended() -> StoreError {
    StoreError::new(StoreErrorKind::Closed, "the store was closed")
}

tokio::task_local! {
    /// Whether rows may have to be waited for; they may, unless a task says otherwise.
    static ROWS_WAIT: bool;
}

/// A task whose rows may have to be waited for, or not.
pub(crate) async fn with_rows<T>(wait: bool, task: impl Future<Output = T>) -> T {
    ROWS_WAIT.scope(wait, task).await
}

/// Runs what may wait for a disk or a server where nobody else waits for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    if let Ok(false) = ROWS_WAIT.try_with(|wait| *wait) {
        return work();
    }
    // Also if nobody waits for it any more; what it returns is dropped before its part is.
    let part = Part::of_this_task();
    let done = tokio::task::spawn_blocking(move || (work(), part)).await;
    done.map(|(done, _)| done).unwrap_or_else(|error| {
        Err(StoreError::new(StoreErrorKind::Io, format!("a projection was cut short: {error}")))
    })
}
