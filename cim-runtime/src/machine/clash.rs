//! A name that two machines of one aggregate have, told by rustc.

use super::table::{MachineTable, is_same};

/// No sentence is longer; names that would make it so are cut.
const LONGEST: usize = 400;

/// What a region shares with its owner, or with a region before it: they have one stream.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Clash {
    text: [u8; LONGEST],
    len: usize,
}

/// What has a name.
#[derive(Clone, Copy)]
enum Named {
    Command,
    Event,
}

impl Clash {
    /// That of the region at this place.
    pub const fn of(machine: &MachineTable, region: usize) -> Self {
        let own = machine.regions[region].machine;
        let mut clash = Self { text: [0; LONGEST], len: 0 }.between(own, machine);
        let mut before = 0;
        while before < region && clash.is_none() {
            clash = clash.between(own, machine.regions[before].machine);
            before += 1;
        }
        clash
    }

    /// Whether all names are its own.
    pub const fn is_none(&self) -> bool {
        self.len == 0
    }

    /// What is to be said of it.
    pub const fn sentence(&self) -> &str {
        match core::str::from_utf8(self.text.split_at(self.len).0) {
            Ok(text) => text,
            // A name was cut in the middle of a character.
            Err(_) => "two of its machines have one name: rename one of them",
        }
    }

    const fn between(self, own: &MachineTable, other: &MachineTable) -> Self {
        let mut i = 0;
        while i < own.transitions.len() {
            let mut j = 0;
            while j < other.transitions.len() {
                let (a, b) = (&own.transitions[i], &other.transitions[j]);
                if let (Some(a), Some(b)) = (a.command, b.command)
                    && is_same(a, b)
                {
                    return self.told(Named::Command, a, own, other);
                }
                if is_same(a.event, b.event) {
                    return self.told(Named::Event, a.event, own, other);
                }
                j += 1;
            }
            i += 1;
        }
        self
    }

    const fn told(self, what: Named, name: &str, own: &MachineTable, other: &MachineTable) -> Self {
        let (noun, why) = match what {
            Named::Command => ("a command", "commands are sent by name"),
            Named::Event => {
                ("an event", "they share one stream, in which events are known by name")
            }
        };
        self.push("`")
            .push(name)
            .push("` is ")
            .push(noun)
            .push(" of `")
            .push(own.name)
            .push("` and of `")
            .push(other.name)
            .push("`: ")
            .push(why)
            .push("\nhelp: rename one of them")
    }

    const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() && self.len < LONGEST {
            self.text[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::{RegionRow, TransitionRow};

    const fn region(machine: &'static MachineTable) -> RegionRow {
        RegionRow { name: "inner", machine, open_in: &[] }
    }

    #[test]
    fn a_name_is_told_with_its_machines() {
        const SPIN: MachineTable =
            MachineTable::new("Spin", &[], &[TransitionRow::decided("A", "Turn", "Turned", "A")]);
        const TOP: MachineTable =
            MachineTable::new("Top", &[], &[TransitionRow::decided("A", "Turn", "Spun", "A")]);
        const OTHER: MachineTable =
            MachineTable::new("Other", &[], &[TransitionRow::decided("A", "Go", "Turned", "A")]);
        const OWNER: MachineTable =
            MachineTable::new("Owner", &[], &[TransitionRow::decided("A", "Be", "Was", "A")])
                .with_regions(&[region(&SPIN), region(&TOP), region(&OTHER)]);
        assert!(Clash::of(&OWNER, 0).is_none());
        let command = "`Turn` is a command of `Top` and of `Spin`: commands are sent by name\n\
                       help: rename one of them";
        assert_eq!(Clash::of(&OWNER, 1).sentence(), command);
        let event = "`Turned` is an event of `Other` and of `Spin`: they share one stream, in which \
                     events are known by name\nhelp: rename one of them";
        assert_eq!(Clash::of(&OWNER, 2).sentence(), event);
    }

    #[test]
    fn long_names_are_cut() {
        const NAME: &str = match core::str::from_utf8(&[b'x'; 500]) {
            Ok(name) => name,
            Err(_) => "",
        };
        const ROWS: &[TransitionRow] = &[TransitionRow::decided("A", NAME, "B", "A")];
        const INNER: MachineTable = MachineTable::new("Inner", &[], ROWS);
        const OWNER: MachineTable =
            MachineTable::new("Owner", &[], ROWS).with_regions(&[region(&INNER)]);
        assert_eq!(Clash::of(&OWNER, 0).sentence().len(), LONGEST);
    }
}
