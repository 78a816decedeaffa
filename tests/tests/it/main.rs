//! Stories from end to end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod contention;
mod history;
mod import;
mod kill;
mod learn;
mod legacy;
mod nats;
mod people;
mod people_killed;
mod people_served;
mod replay;
mod replay_killed;
mod serve;
mod serving;
mod simulate;
mod two_processes;
