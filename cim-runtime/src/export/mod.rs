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

use crate::machine::TransitionRow;

/// What stands at an arrow: the command and the event, as is usual for Mealy machines; a row that
/// is only replayed has no command.
fn label(row: &TransitionRow) -> String {
    match row.command {
        Some(command) => format!("{command} / {}", row.event),
        None => format!("/ {}", row.event),
    }
}
