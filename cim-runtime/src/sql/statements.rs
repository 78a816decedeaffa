//! The statements of the framework, on each database.

use super::books::{Standing, put_aside};
use super::database::{Database, SqlConnection, Statements, Wrote};
use crate::projection::Parked;

const PREPARE: &str = "
    CREATE TABLE IF NOT EXISTS cim_projections (
        name TEXT PRIMARY KEY,
        generation BIGINT NOT NULL,
        code BIGINT NOT NULL,
        shape BIGINT NOT NULL,
        position BIGINT NOT NULL,
        target BIGINT NOT NULL,
        last_event TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS cim_parked (
        projection TEXT NOT NULL,
        position BIGINT NOT NULL,
        cid TEXT NOT NULL,
        event_type TEXT NOT NULL,
        aggregate TEXT NOT NULL,
        aggregate_id TEXT NOT NULL,
        problem TEXT NOT NULL,
        PRIMARY KEY (projection, position)
    )";
const STANDING: &str = "SELECT generation, code, shape, position, target, last_event
    FROM cim_projections WHERE name = $1";
const ENTER: &str = "INSERT INTO cim_projections
    (name, generation, code, shape, position, target, last_event)
    VALUES ($1, 0, 0, 0, 0, 0, '') ON CONFLICT (name) DO NOTHING";
const ADVANCE: &str = "UPDATE cim_projections SET generation = $1, code = $2, shape = $3,
    position = $4, target = $5, last_event = $6
    WHERE name = $7 AND generation = $8 AND position = $9";
const PARK: &str = "INSERT INTO cim_parked
    (projection, position, cid, event_type, aggregate, aggregate_id, problem)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UNPARK: &str = "DELETE FROM cim_parked WHERE projection = $1";
const PARKED: &str = "SELECT position, cid, event_type, aggregate, aggregate_id, problem
    FROM cim_parked WHERE projection = $1 ORDER BY position";

/// The statements are those of every database; the types that run them are not.
macro_rules! statements {
    ($database:ty, $connection:ty, $pool:literal, $still:literal, $look:literal, $is_passing:path) => {
        impl Database for $database {}

        impl SqlConnection for $connection {
            type Database = $database;
        }

        impl Statements for $database {
            const POOL: &'static str = $pool;
            const TABLES_STAND_STILL: bool = $still;
            const LOOK: &'static str = $look;

            fn is_passing(code: &str) -> bool {
                $is_passing(code)
            }

            fn prepare(db: &mut Self::Connection) -> Wrote<'_, ()> {
                Box::pin(async move { sqlx::raw_sql(PREPARE).execute(db).await.map(drop) })
            }

            fn standing<'a>(
                db: &'a mut Self::Connection,
                name: &'a str,
            ) -> Wrote<'a, Option<Standing>> {
                Box::pin(async move {
                    let row = sqlx::query_as(STANDING).bind(name).fetch_optional(db).await?;
                    Ok(row.map(Standing::read))
                })
            }

            fn enter<'a>(db: &'a mut Self::Connection, name: &'a str) -> Wrote<'a, ()> {
                Box::pin(async move { sqlx::query(ENTER).bind(name).execute(db).await.map(drop) })
            }

            fn advance<'a>(
                db: &'a mut Self::Connection,
                name: &'a str,
                from: &'a Standing,
                to: &'a Standing,
            ) -> Wrote<'a, bool> {
                Box::pin(async move {
                    let (generation, code, shape, position, target, last) = to.row();
                    let (known, _, _, at, _, _) = from.row();
                    let to = sqlx::query(ADVANCE).bind(generation).bind(code).bind(shape);
                    let to = to.bind(position).bind(target).bind(last);
                    let done = to.bind(name).bind(known).bind(at).execute(db).await?;
                    Ok(done.rows_affected() == 1)
                })
            }

            fn park<'a>(
                db: &'a mut Self::Connection,
                name: &'a str,
                position: u64,
                parked: &'a Parked,
            ) -> Wrote<'a, ()> {
                Box::pin(async move {
                    let row = sqlx::query(PARK).bind(name).bind(position as i64);
                    let row = row.bind(parked.cid.to_string()).bind(&parked.event_type);
                    let row = row.bind(&parked.aggregate).bind(&parked.id).bind(&parked.problem);
                    row.execute(db).await.map(drop)
                })
            }

            fn unpark<'a>(db: &'a mut Self::Connection, name: &'a str) -> Wrote<'a, ()> {
                Box::pin(async move { sqlx::query(UNPARK).bind(name).execute(db).await.map(drop) })
            }

            fn parked<'a>(
                db: &'a mut Self::Connection,
                name: &'a str,
            ) -> Wrote<'a, Vec<(u64, Parked)>> {
                Box::pin(async move {
                    let rows = sqlx::query_as(PARKED).bind(name).fetch_all(db).await?;
                    Ok(rows.into_iter().filter_map(put_aside).collect())
                })
            }
        }
    };
}

// Readers do not wait for the writer in either, if SQLite's journal is a write-ahead log.
#[cfg(feature = "sqlite")]
statements!(sqlx::Sqlite, sqlx::SqliteConnection, "SqlitePool", true, "BEGIN", passes_in_sqlite);
#[cfg(feature = "postgres")]
statements!(
    sqlx::Postgres,
    sqlx::PgConnection,
    "PgPool",
    false,
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    passes_in_postgres
);

/// Of a result code, which may be an extended one: busy, locked, out of memory, read-only,
/// interrupted, a fault of the disk, full, cannot be opened, a race in the locking protocol.
#[cfg(feature = "sqlite")]
fn passes_in_sqlite(code: &str) -> bool {
    let code: Option<u32> = code.parse().ok();
    code.is_some_and(|code| [5, 6, 7, 8, 9, 10, 13, 14, 15].contains(&(code & 0xff)))
}

/// Of a SQLSTATE: a lost connection, a transaction that lost against another, a lack of resources, a
/// lock that is not to be had, an operator's intervention, a fault of the system, and a server that
/// only reads.
#[cfg(feature = "postgres")]
fn passes_in_postgres(code: &str) -> bool {
    let classes = ["08", "40", "53", "57", "58"];
    classes.iter().any(|class| code.starts_with(class)) || ["55P03", "25006"].contains(&code)
}
