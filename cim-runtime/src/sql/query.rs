//! Questions that are answered with statements.

use sqlx::{Connection as _, Pool};

use super::database::{Database, Statements as _};
use super::worker::not_reached;
use super::{ConnectionOf, Doing, SqlProjection};
use crate::error::Error;
use crate::projection::{Asked, Projection as _, Query, ServingOf};

/// A question that is answered with statements: what `#[projection(sql)]` writes for the type that a
/// `#[query]` method takes.
pub trait SqlQuery: Query<Of: SqlProjection> {
    /// Answers it.
    fn answer(self, db: &mut ConnectionOf<Self::Of>) -> Doing<'_, Self::Answer>;
}

/// What questions are answered from.
#[doc(hidden)]
#[derive(Debug)]
pub struct SqlServing<D: Database> {
    pub(super) pool: Pool<D>,
}

impl<D: Database> Clone for SqlServing<D> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

/// Answers a question from the rows as they are at one moment.
#[doc(hidden)]
pub fn ask_sql<Q: SqlQuery>(question: Q, serving: ServingOf<Q::Of>) -> Asked<Q::Answer> {
    Box::pin(answer(question, serving.pool))
}

async fn answer<Q: SqlQuery>(
    question: Q,
    pool: Pool<<Q::Of as SqlProjection>::Database>,
) -> Result<Q::Answer, Error> {
    type DatabaseOf<Q> = <<Q as Query>::Of as SqlProjection>::Database;
    let not_reached = |error: sqlx::Error| Error::Store(not_reached::<Q::Of>(&error));
    let projection = Q::Of::NAME;
    let mut db = pool.acquire().await.map_err(not_reached)?;
    let mut tx = db.begin_with(DatabaseOf::<Q>::LOOK).await.map_err(not_reached)?;
    let standing = DatabaseOf::<Q>::standing(&mut tx, projection).await.map_err(not_reached)?;
    // Another process may be making them anew.
    let standing = standing.unwrap_or_default();
    if !standing.is_live() || standing.shape != Q::Of::SHAPE {
        let (position, wanted) = (standing.position, standing.target);
        return Err(Error::Behind { projection, position, wanted });
    }
    let answer = question.answer(&mut tx).await;
    // It has only read: whether that ends well changes no answer.
    let _ = tx.rollback().await;
    if !DatabaseOf::<Q>::TABLES_STAND_STILL {
        let now = DatabaseOf::<Q>::standing(&mut db, projection).await.map_err(not_reached)?;
        let now = now.unwrap_or_default();
        // It may have looked into tables that were made after its moment, and are empty at it.
        if now.generation != standing.generation {
            let (position, wanted) = (now.position, now.target);
            return Err(Error::Behind { projection, position, wanted });
        }
    }
    answer.map_err(|failure| Error::Unanswered {
        projection,
        question: Q::NAME,
        reason: failure.to_string(),
    })
}
