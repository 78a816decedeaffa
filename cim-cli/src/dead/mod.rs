//! `cim dead`: what policies could not do.

mod change;
mod letters;
mod list;
mod number;

use clap::Subcommand;

use self::change::Change;
use self::list::List;
use crate::failure::Failure;
use crate::output::Output;

/// List what policies could not do, have it done again, or drop it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A command that its aggregate refuses, or an event at which a policy fails, is a dead letter. Each has
a number: the position of the event, and which of its commands it is.

Examples:
  cim dead list --store shop.cim
  cim dead retry --store nats://localhost/SHOP --policy packing 4711.0
  cim dead drop --store shop.cim --policy packing --all")]
pub(crate) struct Dead {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(List),
    /// Have dead letters sent again
    #[command(after_help = change::RETRY)]
    Retry(Change),
    /// Take dead letters off the list, for good
    #[command(after_help = change::DROP)]
    Drop(Change),
}

impl Dead {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::List(command) => command.run(out).await,
            Command::Retry(command) => command.retry(out).await,
            Command::Drop(command) => command.drop(out).await,
        }
    }
}
