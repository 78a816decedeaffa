//! What the order system is made of, for people and for tools.

use cim_order::Shop;
use cim_program::DescribeArguments;

/// Describe the system: its aggregates with their commands and events, its policies, its projections.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  cim-order describe\n  cim-order describe --map > causes.mmd")]
pub(crate) struct Arguments {
    #[command(flatten)]
    describe: DescribeArguments,
}

pub(crate) fn run(arguments: &Arguments) {
    arguments.describe.run::<Shop>();
}
