//! `cim nats`: what the operators of a NATS server need to know of us.

mod forms;
mod permissions;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

/// Print what the operators of a NATS server need
#[derive(Debug, clap::Args)]
pub(crate) struct Nats {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Permissions(permissions::Print),
}

impl Nats {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::Permissions(command) => command.run(out).await,
        }
    }
}
