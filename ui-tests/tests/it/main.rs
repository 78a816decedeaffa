//! What the compiler says about mistakes, and what the macros write.

mod expand;
mod files;
mod tidy;
mod ui;
