//! The workers of a system: what runs beside its commands.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::task::{AbortHandle, JoinSet};

use crate::driver::Driver;
use crate::error::Error;
use crate::parts::Whole;
use crate::policy::{DeadLetters, Effects, PolicyInfo, StartedPolicies};
use crate::projection::{ProjectionInfo, Reaches, Started, with_rows};
use crate::rows::RowStore;

/// Projections and policies that run as long as this is kept.
///
/// Whatever is cut short in the middle of something goes on there when it is started again.
#[must_use = "what was started stops when this is dropped"]
pub struct Workers {
    tasks: JoinSet<()>,
    /// The tasks, and what they have started.
    whole: Whole,
    aborts: Vec<AbortHandle>,
    cells: Vec<Arc<dyn Reaches>>,
    dead: Vec<DeadLetters>,
    effects: Vec<Effects>,
    driver: Arc<Driver>,
    /// Whether their rows may have to be waited for.
    rows_wait: bool,
}

impl Workers {
    pub(crate) fn new(driver: Arc<Driver>, rows: &dyn RowStore) -> Self {
        Self {
            tasks: JoinSet::new(),
            whole: Whole::new(),
            aborts: Vec::new(),
            cells: Vec::new(),
            dead: Vec::new(),
            effects: Vec::new(),
            driver,
            rows_wait: rows.waits(),
        }
    }

    pub(crate) fn project(
        &mut self,
        projections: &[ProjectionInfo],
        with: &Started,
    ) -> Result<(), Error> {
        for projection in projections {
            let run = (projection.start)(with)?;
            self.cells.push(run.cell);
            self.spawn(run.work);
        }
        Ok(())
    }

    pub(crate) fn react(
        &mut self,
        policies: &[PolicyInfo],
        with: &StartedPolicies,
    ) -> Result<(), Error> {
        for policy in policies {
            let run = (policy.start)(with)?;
            self.cells.push(run.cell);
            self.dead.push(run.dead);
            self.effects.extend(policy.effect.map(|_| run.effects));
            self.spawn(run.work);
        }
        Ok(())
    }

    fn spawn(&mut self, work: BoxFuture<'static, Infallible>) {
        let work = with_rows(self.rows_wait, async move { match work.await {} });
        self.aborts.push(self.tasks.spawn(self.whole.task(work)));
    }

    /// Waits until nothing is left to do: all that is stored is in the rows of each projection, and
    /// each policy has sent what it calls for, and so on with what came of that. What waits for a
    /// later time is left waiting.
    ///
    /// # Errors
    ///
    /// When the store cannot say where its head is, or one of them has stopped.
    pub async fn settled(&self) -> Result<(), Error> {
        loop {
            let head = self.head().await?;
            for cell in &self.cells {
                cell.reached(head).await?;
            }
            if self.head().await? == head {
                return Ok(());
            }
        }
    }

    /// When the first policy will send something although nothing happens.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.cells.iter().filter_map(|cell| cell.next_due()).min()
    }

    /// What the policy with this name could not do; `None` if none has this name.
    pub fn dead_letters(&self, policy: &str) -> Option<DeadLetters> {
        self.dead.iter().find(|dead| dead.policy == policy).cloned()
    }

    /// What became of the effect with this name; `None` if none has this name.
    pub fn effects(&self, policy: &str) -> Option<Effects> {
        self.effects.iter().find(|effects| effects.policy == policy).cloned()
    }

    /// Ends them, and waits until they have let go of the store: whoever drops the handle then can
    /// open an embedded one again at once.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        self.whole.ended().await;
        self.driver.snapshots_kept().await;
    }

    /// The same, for those that somebody may still ask something.
    pub(crate) async fn abandoned(&self) {
        self.aborts.iter().for_each(AbortHandle::abort);
        self.whole.ended().await;
    }

    async fn head(&self) -> Result<u64, Error> {
        Ok(self.driver.store.head().await?.map_or(0, |head| head.number))
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("running", &self.tasks.len()).finish_non_exhaustive()
    }
}
