//! Projections whose rows are in a SQL database: the same tests on each of them.

mod postgres;
mod sqlite;
