//! `#[command]` is also the helper attribute of clap's derives.

use ::clap::{Parser, Subcommand};
use framework::prelude::*;

/// A program that sends commands.
#[derive(Parser)]
#[command(version)]
pub struct Program {
    #[command(subcommand)]
    pub action: Action,
}

/// What it sends.
#[derive(Subcommand)]
pub enum Action {
    #[command(name = "forget")]
    Forget,
}

pub mod old {
    use super::*;

    /// One of ours, in the same file.
    #[value(crate = framework)]
    pub struct Forgotten;
}
