//! What the people system is made of, for people and for tools.

use cim_person::People;
use cim_runtime::causes::CauseMap;
use cim_runtime::describe::Description;

/// Describe the system: its aggregates with their commands and events, its policies, its projections.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  cim-person describe\n  cim-person describe --map > causes.mmd"
)]
pub(crate) struct Arguments {
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// What brings what about, as a Mermaid flowchart; with --json as its arrows.
    #[arg(long)]
    map: bool,
}

pub(crate) fn run(arguments: &Arguments) {
    let (description, map) = (Description::of::<People>(), CauseMap::of::<People>());
    match (arguments.map, arguments.json) {
        (true, true) => println!("{}", map.to_json()),
        (true, false) => print!("{}", map.to_mermaid()),
        (false, true) => println!("{}", description.to_json()),
        (false, false) => print!("{description}"),
    }
}
