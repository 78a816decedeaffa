//! A machine as data: what diagrams, tests and permissions are made from.

/// A machine's whole graph: what diagrams, tests and permissions are made from.
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
///
/// let table = Door::MACHINE;
/// assert_eq!(table.allowed("Closed"), ["OpenDoor"]);
/// assert!(table.states[1].terminal);
///
/// let row = table.transitions[0];
/// let text = format!("{} --{}--> {}", row.from, row.event, row.to);
/// assert_eq!(text, "Closed --DoorOpened--> Open");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineTable {
    /// The name of the type that has the machine.
    pub name: &'static str,
    /// The states, in the order of the header.
    pub states: &'static [StateRow],
    /// The transitions, in the order of the methods; those of a `*` stand behind all explicit ones,
    /// and those of an `#[apply(A -> B)]` at the end. What follows another event in its commit stands
    /// right behind that.
    pub transitions: &'static [TransitionRow],
    /// The machines inside this one, in the order of the header.
    pub regions: &'static [RegionRow],
}

/// A region of a [`MachineTable`]: a machine that lives inside another one's aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionRow {
    /// The name of the field that holds it.
    pub name: &'static str,
    /// Its machine.
    pub machine: &'static MachineTable,
    /// The states of the owner in which its commands are taken.
    pub open_in: &'static [&'static str],
}

/// One state of a [`MachineTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateRow {
    /// The state's name.
    pub name: &'static str,
    /// The first line of its documentation; empty if it has none.
    pub doc: &'static str,
    /// Whether every instance starts here.
    pub initial: bool,
    /// Whether nothing leads out of it.
    pub terminal: bool,
    /// The commands that are taken in it, in the order of the methods; those of a `*` at the end.
    pub takes: &'static [&'static str],
}

/// One step of a [`MachineTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransitionRow {
    /// The state before.
    pub from: &'static str,
    /// The command that brings the event about; `None` for an event that follows another one in its
    /// commit, from where that has led, and for one that is only replayed.
    pub command: Option<&'static str>,
    /// The event that happens.
    pub event: &'static str,
    /// The state after.
    pub to: &'static str,
    /// The state after the whole commit: another one only where more events follow this one.
    pub ends: &'static str,
    /// Whether the event follows the one of the row before in its commit.
    pub follows: bool,
}

impl StateRow {
    /// The row of a table that a macro writes.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        takes: &'static [&'static str],
    ) -> Self {
        Self { name, doc, initial: false, terminal: false, takes }
    }

    #[doc(hidden)]
    pub const fn initial(self) -> Self {
        Self { initial: true, ..self }
    }

    #[doc(hidden)]
    pub const fn terminal(self) -> Self {
        Self { terminal: true, ..self }
    }
}

impl TransitionRow {
    /// The row of a table that a macro writes.
    #[doc(hidden)]
    pub const fn decided(
        from: &'static str,
        command: &'static str,
        event: &'static str,
        to: &'static str,
    ) -> Self {
        Self { from, command: Some(command), event, to, ends: to, follows: false }
    }

    #[doc(hidden)]
    pub const fn ending(self, ends: &'static str) -> Self {
        Self { ends, ..self }
    }

    /// The row of an event that follows another one in its commit.
    #[doc(hidden)]
    pub const fn following(from: &'static str, event: &'static str, to: &'static str) -> Self {
        Self { from, command: None, event, to, ends: to, follows: true }
    }

    /// The row of an event that is only replayed.
    #[doc(hidden)]
    pub const fn replayed(from: &'static str, event: &'static str, to: &'static str) -> Self {
        Self { from, command: None, event, to, ends: to, follows: false }
    }

    /// Whether the row before it in the table and this one are of the same command.
    pub(crate) const fn is_of_the_command_of(&self, before: &Self) -> bool {
        match (self.command, before.command) {
            (Some(command), Some(before)) => is_same(command, before),
            (None, _) => self.follows,
            (Some(_), None) => false,
        }
    }
}

pub(crate) const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len()
}

impl MachineTable {
    /// The table that a macro writes.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        states: &'static [StateRow],
        transitions: &'static [TransitionRow],
    ) -> Self {
        Self { name, states, transitions, regions: &[] }
    }

    #[doc(hidden)]
    pub const fn with_regions(self, regions: &'static [RegionRow]) -> Self {
        Self { regions, ..self }
    }

    /// The place of the initial state among all, from 0.
    pub(super) const fn initial(&self) -> usize {
        let mut index = 0;
        while index + 1 < self.states.len() && !self.states[index].initial {
            index += 1;
        }
        index
    }

    /// The commands that are taken in a state; none if there is no such state.
    pub fn allowed(&self, state: &str) -> Vec<&'static str> {
        let row = self.states.iter().find(|row| row.name == state);
        row.map(|row| row.takes.to_vec()).unwrap_or_default()
    }

    /// Whether it has an event of this name, or one of its regions has.
    pub(crate) const fn has_event(&self, name: &str) -> bool {
        let mut i = 0;
        while i < self.transitions.len() {
            if is_same(self.transitions[i].event, name) {
                return true;
            }
            i += 1;
        }
        let mut i = 0;
        while i < self.regions.len() {
            if self.regions[i].machine.has_event(name) {
                return true;
            }
            i += 1;
        }
        false
    }

    /// The names of all events, also of the regions, each once.
    pub fn events(&self) -> Vec<&'static str> {
        let mut events = Vec::new();
        for row in self.transitions {
            if !events.contains(&row.event) {
                events.push(row.event);
            }
        }
        // Those of a region are others.
        events.extend(self.regions.iter().flat_map(|region| region.machine.events()));
        events
    }
}
