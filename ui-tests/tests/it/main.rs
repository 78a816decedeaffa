//! What the compiler says about mistakes, and what the macros write.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod expand;
mod files;
mod lock;
mod tidy;
mod ui;
