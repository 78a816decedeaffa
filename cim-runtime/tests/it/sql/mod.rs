//! Projections whose rows are in a SQL database: the same tests on each of them.

#![allow(clippy::duplicate_mod, reason = "`super` is another database each time")]

mod postgres;
mod sqlite;
