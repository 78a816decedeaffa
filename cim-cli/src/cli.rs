//! The command line: the commands and what they share.

use clap::{Parser, Subcommand};

use crate::dead::Dead;
use crate::events::Events;
use crate::failure::Failure;
use crate::lock::Lock;
use crate::nats::Nats;
use crate::output::Output;
use crate::repair::Repair;
use crate::show::Show;
use crate::stats::Stats;
use crate::transfer::{Copy, Export, Import};
use crate::verify::Verify;

/// Looks into stores of events, verifies them, moves them between stores, and locks their shapes.
///
/// Exit codes: 0 all is well; 1 damage was found, or the answer is no; 2 the question could not be
/// asked (a wrong argument, a store that cannot be opened).
#[derive(Debug, Parser)]
#[command(name = "cim", version)]
pub(crate) struct Cli {
    /// Answer in JSON on stdout, for machines
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Verify(Verify),
    Events(Events),
    Show(Show),
    Stats(Stats),
    Export(Export),
    Import(Import),
    Copy(Copy),
    Repair(Repair),
    Dead(Dead),
    Lock(Lock),
    Nats(Nats),
}

impl Command {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        match self {
            Command::Verify(command) => command.run(out).await,
            Command::Events(command) => command.run(out).await,
            Command::Show(command) => command.run(out).await,
            Command::Stats(command) => command.run(out).await,
            Command::Export(command) => command.run(out).await,
            Command::Import(command) => command.run(out).await,
            Command::Copy(command) => command.run(out).await,
            Command::Repair(command) => command.run(out),
            Command::Dead(command) => command.run(out).await,
            Command::Lock(command) => command.run(out),
            Command::Nats(command) => command.run(out).await,
        }
    }
}
