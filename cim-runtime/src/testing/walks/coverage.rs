//! Which transitions were walked.

use std::fmt;

use crate::machine::{MachineTable, TransitionRow};
use crate::testing::round_trip::Checked;

/// Which transitions of a machine and of its regions were walked, and how often.
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
    /// The transitions of the machine and of its regions, and how often each was walked.
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    /// The field of the region whose row it is.
    region: Option<&'static str>,
    row: &'static TransitionRow,
    walked: u64,
}

impl Coverage {
    pub(super) fn new(table: &'static MachineTable) -> Self {
        let regions = table.regions.iter().map(|region| (Some(region.name), region.machine));
        let rows = std::iter::once((None, table)).chain(regions).flat_map(|(region, table)| {
            table.transitions.iter().map(move |row| Row { region, row, walked: 0 })
        });
        Self { table, rows: rows.collect() }
    }

    pub(super) fn walked(&mut self, row: &'static TransitionRow) {
        // No two machines of one aggregate have an event of one name.
        for each in &mut self.rows {
            each.walked += u64::from(each.row == row);
        }
    }

    /// The transitions that no walk has taken, though a command brings them about.
    pub fn unwalked(&self) -> Vec<&'static TransitionRow> {
        self.missing().map(|row| row.row).collect()
    }

    fn missing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.row.command.is_some() && row.walked == 0)
    }

    /// Whether each transition that a command brings about was walked.
    pub(super) fn is_whole(&self) -> Checked {
        let unwalked: String = self.missing().map(|row| format!("{row}\n")).collect();
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
        let most = self.rows.iter().map(|row| row.walked).max();
        let width = most.map_or(1, |most| most.to_string().len());
        for row in &self.rows {
            writeln!(f, "{:width$} {row}", row.walked)?;
        }
        Ok(())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TransitionRow { from, command, event, to, .. } = self.row;
        let region = self.region.map(|region| format!("{region}.")).unwrap_or_default();
        let command = command.map(|command| format!("{command} / ")).unwrap_or_default();
        write!(f, "{region}{from} -> {region}{to}: {command}{event}")
    }
}
