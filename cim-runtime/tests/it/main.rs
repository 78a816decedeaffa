//! The stores from outside: the suite that each passes, and what happens to files in a crash.

mod conformance;
mod disk;
mod embedded_crash;
mod embedded_damage;
mod embedded_index;
mod embedded_random;
mod embedded_repair;
mod files;
