//! The workers of a system: what runs beside its commands.

use std::fmt;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::ProjectionInfo;
use super::running::{Reaches, Started};
use crate::error::Error;
use crate::store::Store;

/// Projections that run as long as this is kept.
///
/// Whatever is dropped in the middle of something goes on there when it is started again.
#[must_use = "what was started stops when this is dropped"]
pub struct Workers {
    tasks: JoinSet<()>,
    cells: Vec<Arc<dyn Reaches>>,
    store: Arc<dyn Store>,
}

impl Workers {
    pub(crate) fn start(projections: &[ProjectionInfo], with: &Started) -> Self {
        let (mut tasks, mut cells) = (JoinSet::new(), Vec::new());
        for projection in projections {
            let run = (projection.start)(with);
            cells.push(run.cell);
            tasks.spawn(async move { match run.work.await {} });
        }
        Self { tasks, cells, store: Arc::clone(&with.store) }
    }

    /// Waits until all know what is stored now.
    ///
    /// # Errors
    ///
    /// When the store cannot say where its head is, or one of them has stopped.
    pub async fn settled(&self) -> Result<(), Error> {
        let head = self.store.head().await?.map_or(0, |head| head.number);
        for cell in &self.cells {
            cell.reached(head).await?;
        }
        Ok(())
    }

    /// Ends them, and waits until they have let go of the store.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("running", &self.tasks.len()).finish_non_exhaustive()
    }
}
