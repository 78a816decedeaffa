//! The program `cim`, run as it is built, against real stores in directories of their own.

#![allow(clippy::unwrap_used, reason = "clippy knows tests by #[test], and helpers have none")]

mod dead;
mod events;
mod help;
mod lock;
mod locked_crate;
mod nats;
mod permissions;
mod repair;
mod show;
mod stats;
mod transfer;
mod verify;
mod world;

// The unit tests make their events with it, too.
#[expect(dead_code, reason = "forged histories are for the unit tests")]
#[path = "../../src/shop.rs"]
mod shop;
