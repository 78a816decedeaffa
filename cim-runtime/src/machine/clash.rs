//! A name that two machines of one aggregate have, told by rustc.

use super::table::{MachineTable, is_same};
use crate::sentence::Sentence;

/// What a region shares with its owner, or with a region before it: they have one stream.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Clash(Sentence);

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
        let mut clash = Self(Sentence::EMPTY).between(own, machine);
        let mut before = 0;
        while before < region && clash.is_none() {
            clash = clash.between(own, machine.regions[before].machine);
            before += 1;
        }
        clash
    }

    /// Whether all names are its own.
    pub const fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// What is to be said of it.
    pub const fn sentence(&self) -> &str {
        self.0.as_str()
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
        let told = self.0.push("`").push(name).push("` is ").push(noun).push(" of `");
        let told = told.push(own.name).push("` and of `").push(other.name).push("`: ").push(why);
        Self(told.push("\nhelp: rename one of them"))
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
}
