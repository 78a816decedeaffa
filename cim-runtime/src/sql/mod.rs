//! Projections whose rows are in a SQL database, with statements of their author's.
//!
//! `#[projection(sql)]` stands on an `impl` whose methods take a connection of sqlx first: `#[reset]`
//! makes the tables, empty; `#[on]` takes an event; `#[query]` answers a question. The database is a
//! pool that the system is provided with before it is started.
//!
//! What the methods write for an event, and the position of that event, are one transaction: each
//! event counts once, whatever crashes. Who begins such a transaction moves the position first, from
//! the one that it knows, so that of two processes that both believe they are the one, one is refused
//! before it has written anything.
//!
//! Two tables of the framework stand beside those of the author: `cim_projections` has a row for each
//! projection with its position, `cim_parked` the events that were put aside. Names of projections
//! are told apart within one database.
//!
//! An example, and what holds of it, is in the [guide](crate::guide#rows-in-a-sql-database).

#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "a row is that of some database")
)]
mod books;
mod database;
mod failure;
mod query;
mod running;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod statements;
mod worker;

use futures::future::BoxFuture;

use crate::projection::{Incoming, Projection};

pub use database::{Database, SqlConnection};
pub use failure::{Done, Failure};
pub use query::SqlQuery;
#[doc(hidden)]
pub use query::{SqlServing, ask_sql};
#[doc(hidden)]
pub use running::InDatabase;
pub use sqlx;

/// A projection whose rows are in a SQL database: what `#[projection(sql)]` writes.
pub trait SqlProjection: Projection<Medium = InDatabase> {
    /// The database.
    type Database: Database;
    /// A fingerprint of its `#[reset]` method: with another, its tables are others.
    const SHAPE: u64;

    /// Makes its tables, empty, whether or not they are there.
    fn reset(db: &mut ConnectionOf<Self>) -> Doing<'_>;

    /// Hands an event to the method that takes it.
    fn handle<'a>(db: &'a mut ConnectionOf<Self>, event: &'a mut Incoming<'_>) -> Doing<'a>;
}

/// What the statements of a projection run on.
pub type ConnectionOf<P> = <<P as SqlProjection>::Database as sqlx::Database>::Connection;

/// Statements that run.
pub type Doing<'a, T = ()> = BoxFuture<'a, Result<T, Failure>>;

/// Such statements, as a method of the author's has them.
#[doc(hidden)]
pub fn doing<'a, T>(work: impl Future<Output = Result<T, Failure>> + Send + 'a) -> Doing<'a, T> {
    Box::pin(work)
}
