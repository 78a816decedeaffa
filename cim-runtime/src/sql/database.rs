//! The databases that rows may be in, and what is written in each beside them.

use futures::future::BoxFuture;

use super::books::Standing;
use crate::projection::Parked;

/// A database that rows may be in: `sqlx::Sqlite` with the feature `sqlite`, `sqlx::Postgres` with
/// the feature `postgres`.
pub trait Database: sqlx::Database + Statements {}

/// What statements run on: `sqlx::SqliteConnection`, or `sqlx::PgConnection`.
#[diagnostic::on_unimplemented(
    message = "the statements of a projection do not run on `{Self}`",
    label = "not the connection of a database that is known here",
    note = "take `db: &mut SqliteConnection` with the feature `sqlite` of `cim-runtime`, or `db: &mut PgConnection` with its feature `postgres`"
)]
pub trait SqlConnection {
    /// What it leads to.
    type Database: Database<Connection = Self>;
}

/// What the framework writes there.
#[doc(hidden)]
pub trait Statements: sqlx::Database {
    /// What the pool is called.
    const POOL: &'static str;
    /// Whether a transaction sees tables as they were, too, which others drop and create.
    const TABLES_STAND_STILL: bool;
    /// What begins a transaction that sees the rows of one moment.
    const LOOK: &'static str;

    /// Whether the same statement may succeed later, when the database says this code.
    fn is_passing(code: &str) -> bool;

    /// Makes the tables of the framework, if they are not there.
    fn prepare(db: &mut Self::Connection) -> Wrote<'_, ()>;

    /// How far a projection is, if it was ever begun.
    fn standing<'a>(db: &'a mut Self::Connection, name: &'a str) -> Wrote<'a, Option<Standing>>;

    /// Makes a row for a projection that was never begun.
    fn enter<'a>(db: &'a mut Self::Connection, name: &'a str) -> Wrote<'a, ()>;

    /// Moves a projection on, if it is still where it was.
    fn advance<'a>(
        db: &'a mut Self::Connection,
        name: &'a str,
        from: &'a Standing,
        to: &'a Standing,
    ) -> Wrote<'a, bool>;

    /// Puts an event aside.
    fn park<'a>(
        db: &'a mut Self::Connection,
        name: &'a str,
        position: u64,
        parked: &'a Parked,
    ) -> Wrote<'a, ()>;

    /// Forgets what was put aside.
    fn unpark<'a>(db: &'a mut Self::Connection, name: &'a str) -> Wrote<'a, ()>;

    /// What was put aside, by position.
    fn parked<'a>(db: &'a mut Self::Connection, name: &'a str) -> Wrote<'a, Vec<(u64, Parked)>>;
}

/// A statement that runs.
pub(super) type Wrote<'a, T> = BoxFuture<'a, sqlx::Result<T>>;
