//! From outside: what the macros and the engine promise, the suite that each store passes, and what
//! happens to files in a crash.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::duplicate_mod, reason = "the tests of SQL are the same on each database")]
#![allow(unreachable_pub, reason = "domains are written as their authors write them")]

mod any_event;
mod black_box;
mod blocks;
mod cache;
mod causation;
mod chance;
mod conformance;
mod determinism;
mod disk;
mod doubles;
mod effects;
mod embedded_crash;
mod embedded_damage;
mod embedded_index;
mod embedded_random;
mod embedded_repair;
mod export;
mod files;
mod kit;
mod lamp;
mod limits;
mod models;
mod nats;
mod observe;
mod one_event_more;
mod policies;
mod projections;
mod reactions;
mod refusals;
mod regions;
mod replay;
mod reshaped;
mod settings;
mod shapes;
mod snapshots;
mod sql;
mod stopped;
mod timers;
mod upcast;
mod values;
mod walks;
