//! The stores from outside: the suite that each passes, and what happens to files in a crash.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod conformance;
mod disk;
mod embedded_crash;
mod embedded_damage;
mod embedded_index;
mod embedded_random;
mod embedded_repair;
mod files;
