//! The order domain, decision by decision.

mod item;
mod order;
mod package;
