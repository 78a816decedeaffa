//! Which transitions were walked.

use std::fmt;

use crate::machine::{MachineTable, TransitionRow};
use crate::testing::round_trip::Checked;

/// Which transitions of a machine were walked, and how often.
///
/// Its text is a table:
///
/// ```
/// # use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
/// let coverage = Door::walks().cases(8).run();
/// assert!(coverage.unwalked().is_empty());
/// assert_eq!(coverage.to_string(), "8 Closed -> Open: OpenDoor / DoorOpened\n");
/// ```
#[derive(Debug, Clone)]
pub struct Coverage {
    table: &'static MachineTable,
    walked: Vec<u64>,
}

impl Coverage {
    pub(super) fn new(table: &'static MachineTable) -> Self {
        Self { table, walked: vec![0; table.transitions.len()] }
    }

    pub(super) fn walked(&mut self, row: &'static TransitionRow) {
        for (count, each) in self.walked.iter_mut().zip(self.table.transitions) {
            *count += u64::from(each == row);
        }
    }

    /// The transitions that no walk has taken, though a command brings them about.
    pub fn unwalked(&self) -> Vec<&'static TransitionRow> {
        let rows = self.table.transitions.iter().zip(&self.walked);
        rows.filter(|(row, count)| row.command.is_some() && **count == 0)
            .map(|(row, _)| row)
            .collect()
    }

    /// Whether each transition that a command brings about was walked.
    pub(super) fn is_whole(&self) -> Checked {
        let unwalked: String = self.unwalked().into_iter().map(|row| line(row) + "\n").collect();
        if unwalked.is_empty() {
            return Ok(());
        }
        Err(format!(
            "no walk of `{}` has taken\n\n{unwalked}\nhelp: `drawing` and `with` say which commands \
             there are, `cases` and `steps` how many",
            self.table.name
        ))
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.walked.iter().max().map_or(1, |most| most.to_string().len());
        for (row, count) in self.table.transitions.iter().zip(&self.walked) {
            writeln!(f, "{count:width$} {}", line(row))?;
        }
        Ok(())
    }
}

fn line(row: &TransitionRow) -> String {
    let command = row.command.map(|command| format!("{command} / ")).unwrap_or_default();
    format!("{} -> {}: {command}{}", row.from, row.to, row.event)
}
