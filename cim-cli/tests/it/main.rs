//! The program `cim`, run as it is built, against real stores in directories of their own.

mod events;
mod help;
mod repair;
mod show;
mod stats;
mod transfer;
mod verify;
mod world;

// The unit tests make their events with it, too.
#[path = "../../src/shop.rs"]
mod shop;
