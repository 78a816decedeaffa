//! A projection with its rows in a database, while it runs.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::Pool;
use tokio::sync::watch;
use tracing::Instrument as _;

use super::SqlProjection;
use super::books::Standing;
use super::database::Statements as _;
use super::query::SqlServing;
use super::worker::{Worker, not_reached, unreachable};
use crate::environment::Environment;
use crate::error::Error;
use crate::observe;
use crate::projection::{
    Cell, Medium, Pages, Parked, ProjectionState, Retry, Run, Started, Stopped, ended, leading,
};
use crate::rows::RowStore;
use crate::store::{Store, StoreError, StoredEvent};

/// How many pages of events are read ahead.
const AHEAD: usize = 2;

/// How often a process that does not write the rows looks how far they are: no database tells.
const LOOKS: Duration = Duration::from_millis(50);

/// Says: in a SQL database.
#[doc(hidden)]
#[derive(Debug)]
pub struct InDatabase;

impl<P: SqlProjection> Medium<P> for InDatabase {
    type Serving = SqlServing<P::Database>;

    fn start(with: &Started) -> Result<Run, Error> {
        let pool = with.outside.get::<Pool<P::Database>>();
        let needs = P::Database::POOL;
        let pool = pool.ok_or(Error::NoDatabase { projection: P::NAME, needs })?;
        let cell = with.registry.start::<P>();
        let running = Running::<P> {
            cell: Arc::clone(&cell),
            pool: pool.clone(),
            store: Arc::clone(&with.store),
            rows: Arc::clone(&with.rows),
            environment: Arc::clone(&with.environment),
        };
        Ok(Run { work: Box::pin(async move { running.run().await }), cell })
    }

    fn parked(
        serving: SqlServing<P::Database>,
    ) -> BoxFuture<'static, Result<Vec<(u64, Parked)>, Error>> {
        Box::pin(async move {
            let not_reached = |error: sqlx::Error| Error::Store(not_reached::<P>(&error));
            let mut db = serving.pool.acquire().await.map_err(not_reached)?;
            P::Database::parked(&mut db, P::NAME).await.map_err(not_reached)
        })
    }
}

struct Running<P: SqlProjection> {
    cell: Arc<Cell<SqlServing<P::Database>>>,
    pool: Pool<P::Database>,
    store: Arc<dyn Store>,
    /// The store's own rows, beside which it is agreed who is the one that writes.
    rows: Arc<dyn RowStore>,
    environment: Arc<dyn Environment>,
}

impl<P: SqlProjection> Running<P> {
    /// Runs until it is dropped.
    async fn run(&self) -> Infallible {
        let mut rebuilds = self.cell.rebuilds.subscribe();
        let mut retry = Retry::new();
        self.cell.serve(SqlServing { pool: self.pool.clone() }, |_| {});
        loop {
            let mut anew = rebuilds.has_changed().unwrap_or(false);
            rebuilds.mark_unchanged();
            let before = self.cell.position();
            let (others, own) = (self.answer_from_others(), self.lead(&mut anew, &mut rebuilds));
            let ended = leading(self.rows.as_ref(), P::NAME, others, own).await;
            // What was asked for and not begun is still asked for.
            if anew && !matches!(ended, Err(Stopped::Event(_))) {
                rebuilds.mark_changed();
            }
            if let Err(stopped) = ended {
                let got_on = self.cell.position() > before;
                self.cell.recover(stopped, got_on, &mut retry, &mut rebuilds).await;
            }
        }
    }

    /// Answers from the rows that another process writes.
    async fn answer_from_others(&self) -> Result<Infallible, Stopped> {
        loop {
            let found = async {
                let mut db = self.pool.acquire().await?;
                P::Database::standing(&mut db, P::NAME).await
            };
            // Before anybody has led, not even the table is there.
            let found = match found.await {
                Ok(found) => found,
                Err(sqlx::Error::Database(_)) => None,
                Err(error) => return Err(unreachable::<P>(error)),
            };
            let found = found.filter(|standing| standing.shape == P::SHAPE);
            let standing = found.unwrap_or_default();
            let has_moved = self.cell.progress.send_if_modified(|progress| {
                let before = progress.clone();
                progress.live = standing.is_live().then_some(standing.generation);
                progress.position = standing.position;
                progress.state = ProjectionState::Following;
                *progress != before
            });
            if has_moved {
                self.cell.observe();
            }
            tokio::time::sleep(LOOKS).await;
        }
    }

    /// Follows the events, after making the tables if need be. Ends when somebody asks for new ones.
    async fn lead(
        &self,
        anew: &mut bool,
        rebuilds: &mut watch::Receiver<u64>,
    ) -> Result<(), Stopped> {
        let mut worker = Worker::<P>::open(self.pool.clone()).await?;
        let at_position = self.event_at(worker.standing()).await?;
        if *anew || !worker.goes_on(at_position.as_ref()) {
            self.cell.close();
            let target = self.store.head().await?.map_or(0, |head| head.number);
            worker.begin_anew(target).await?;
            *anew = false;
        }
        tokio::select! {
            biased;
            ended = self.follow(worker) => match ended? {},
            _ = rebuilds.changed() => {
                rebuilds.mark_changed();
                Ok(())
            }
        }
    }

    /// Takes events as they come.
    async fn follow(&self, mut worker: Worker<P>) -> Result<Infallible, Stopped> {
        let mut paused = self.cell.paused.subscribe();
        self.report(&worker);
        let mut pages = Pages::after(&self.store, worker.standing().position, AHEAD);
        loop {
            let page = pages.next().await;
            let (events, failed) = page.ok_or_else(|| Stopped::Store(ended()))?;
            // Whoever has sent this is there as long as the cell is.
            let _ = paused.wait_for(|paused| !paused).await;
            let span = observe::page_span("projection", P::NAME, events.len());
            let applied = worker.apply(&events).instrument(span).await;
            // Of a page that fails, a part may be in the rows.
            self.report(&worker);
            applied?;
            let now = self.environment.now();
            observe::projected(P::NAME, worker.standing().position, worker.at(), now);
            if let Some(error) = failed {
                return Err(error.into());
            }
        }
    }

    fn report(&self, worker: &Worker<P>) {
        let standing = worker.standing();
        let (position, target) = (standing.position, standing.target);
        self.cell.moved(|progress| {
            progress.live = standing.is_live().then_some(standing.generation);
            (progress.position, progress.at) = (position, worker.at());
            progress.state = match standing.is_live() {
                true => ProjectionState::Live,
                false => ProjectionState::Building { position, target },
            };
        });
    }

    async fn event_at(&self, standing: &Standing) -> Result<Option<StoredEvent>, StoreError> {
        let before = standing.position.saturating_sub(1);
        Ok(self.store.read_all(before, 1).await?.into_iter().next())
    }
}
