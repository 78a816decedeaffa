//! What a system is made of, for people and for tools.

use cim_runtime::causes::CauseMap;
use cim_runtime::describe::Description;
use cim_runtime::system::System;

/// How a system is described.
#[derive(Debug, clap::Args)]
pub struct DescribeArguments {
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// What brings what about, as a Mermaid flowchart; with --json as its arrows.
    #[arg(long)]
    map: bool,
}

impl DescribeArguments {
    /// Prints it.
    pub fn run<S: System>(&self) {
        let (description, map) = (Description::of::<S>(), CauseMap::of::<S>());
        match (self.map, self.json) {
            (true, true) => println!("{}", map.to_json()),
            (true, false) => print!("{}", map.to_mermaid()),
            (false, true) => println!("{}", description.to_json()),
            (false, false) => print!("{description}"),
        }
    }
}
