//! The order domain, decision by decision.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod diagrams;
mod encoding;
mod faults;
mod item;
mod models;
mod order;
mod package;
mod policies;
mod sales;
mod shop;
mod walks;
