//! Stories from end to end.

mod contention;
mod import;
mod kill;
mod simulate;
mod two_processes;
