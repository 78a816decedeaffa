//! A machine's graph in the formats of other tools, all from the one table.
//!
//! ```
//! # use cim_runtime::prelude::*;
//! # #[derive(DomainId)] pub struct DoorId(String);
//! # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
//! # #[command(Door)] pub struct OpenDoor;
//! # #[event(Door)] pub struct DoorOpened;
//! # #[state_machine(initial Closed, terminal Open)]
//! # impl Door {
//! #     #[transition(Closed -> Open)]
//! #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
//! # }
//! assert_eq!(
//!     Door::MACHINE.to_mermaid(),
//!     "stateDiagram-v2\n    [*] --> Closed\n    Closed --> Open: OpenDoor / DoorOpened\n    Open --> [*]\n"
//! );
//! ```

mod dot;
mod mermaid;
mod scxml;
mod xstate;

use crate::machine::{MachineTable, TransitionRow};

/// What stands at an arrow: the command and the event, as is usual for Mealy machines; a row that
/// is only replayed has no command.
fn label(row: &TransitionRow) -> String {
    match row.command {
        Some(command) => format!("{command} / {}", row.event),
        None => format!("/ {}", row.event),
    }
}

/// What a command brings about in a state: the row that says so, and the events of the commit.
struct Commit {
    row: &'static TransitionRow,
    events: Vec<&'static str>,
    /// Whether the command may bring about other events there instead.
    is_alternative: bool,
}

/// What each command brings about in this state, in the table's order.
fn commits(machine: &MachineTable, from: &str) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    // Whether what follows belongs to the last one of them.
    let mut is_of_last = false;
    for row in machine.transitions {
        if !row.follows {
            is_of_last = row.command.is_some() && row.from == from;
            if is_of_last {
                commits.push(Commit { row, events: Vec::new(), is_alternative: false });
            }
        }
        if let Some(commit) = commits.last_mut().filter(|_| is_of_last) {
            commit.events.push(row.event);
        }
    }
    for index in 0..commits.len() {
        let command = commits[index].row.command;
        let same = commits.iter().filter(|commit| commit.row.command == command);
        commits[index].is_alternative = same.count() > 1;
    }
    commits
}
