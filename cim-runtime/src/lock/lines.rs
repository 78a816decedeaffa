//! The lines of a lock, and how two locks differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use crate::machine::MachineTable;
use crate::system::AggregateInfo;

/// What a lock begins with.
const HEADER: &str = "\
# How each version of each event is stored. Written by `cim lock`; commit it with the code.
# A line that is there stays as it is: whoever changes an event adds a version.
";

/// Which version of which event a line is about: machine, event, version.
type Key = (String, String, u32);

/// The lines of a lock, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines(BTreeMap<Key, String>);

/// How a lock differs from what the program stores.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Difference<'a> {
    /// The program has a version that the lock has not.
    Added(&'a Key, &'a str),
    /// The shapes in the lock and in the program.
    Changed(&'a Key, &'a str, &'a str),
    /// The lock has a version that the program has not.
    Removed(&'a Key, &'a str),
}

impl Lines {
    /// What the events of these aggregates are stored as.
    ///
    /// # Errors
    ///
    /// Names what a lock, or a reader of the events, could not tell apart.
    pub(super) fn of(aggregates: &[AggregateInfo]) -> Result<Self, String> {
        let mut lines = BTreeMap::new();
        let mut machines: Vec<&MachineTable> = Vec::new();
        for aggregate in aggregates {
            for machine in with_regions(aggregate.machine) {
                // One aggregate may be in two systems.
                if machines.iter().any(|other| other.name == machine.name && *other != machine) {
                    return Err(format!(
                        "two machines are called `{}`, and a lock tells machines apart by their \
                         names; rename one of them, or move it into a crate of its own",
                        machine.name
                    ));
                }
                machines.push(machine);
            }
            let mut names = BTreeSet::new();
            for (machine, event) in (aggregate.events)() {
                if !names.insert(event.name) {
                    return Err(format!(
                        "two events of `{}` are stored as `{}`; look for an `#[event(…, name = …)]` \
                         that repeats the name of another event",
                        aggregate.machine.name, event.name
                    ));
                }
                for row in event.versions() {
                    let key = (machine.to_owned(), row.name.to_owned(), row.schema);
                    lines.insert(key, row.shape.to_string());
                }
            }
        }
        Ok(Self(lines))
    }

    /// Reads a lock.
    ///
    /// # Errors
    ///
    /// Names the first line that is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut lines = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((key, shape)) = parts(line) else {
                return Err(format!("line {number} cannot be read: {line}"));
            };
            if lines.insert(key, shape.to_owned()).is_some() {
                return Err(format!("line {number} is about an event that has a line: {line}"));
            }
        }
        Ok(Self(lines))
    }

    /// What a lock with other lines lacks, has otherwise, and has too much, in the order of lines.
    pub(super) fn differences<'a>(&'a self, locked: &'a Self) -> Vec<Difference<'a>> {
        let stored = self.0.iter().filter_map(|(key, shape)| match locked.0.get(key) {
            None => Some((key, Difference::Added(key, shape))),
            Some(was) if was != shape => Some((key, Difference::Changed(key, was, shape))),
            Some(_) => None,
        });
        let gone = locked.0.iter().filter(|(key, _)| !self.0.contains_key(*key));
        let gone = gone.map(|(key, shape)| (key, Difference::Removed(key, shape)));
        let mut differences: Vec<_> = stored.chain(gone).collect();
        differences.sort_by_key(|(key, _)| *key);
        differences.into_iter().map(|(_, difference)| difference).collect()
    }
}

/// A machine, and those inside it.
fn with_regions(machine: &'static MachineTable) -> Vec<&'static MachineTable> {
    let regions = machine.regions.iter().flat_map(|region| with_regions(region.machine));
    std::iter::once(machine).chain(regions).collect()
}

/// Machine, event and version, which have no blanks, and the shape, which may.
fn parts(line: &str) -> Option<(Key, &str)> {
    let mut words = line.splitn(4, ' ');
    let (machine, event) = (words.next()?.to_owned(), words.next()?.to_owned());
    let version = words.next()?.parse().ok()?;
    let shape = words.next().filter(|shape| shape.starts_with('{') && shape.ends_with('}'))?;
    Some(((machine, event, version), shape))
}

/// The lock as it is written.
impl Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        self.0.iter().try_for_each(|(key, shape)| writeln!(f, "{}", line(key, shape)))
    }
}

/// As in a diff, `-` before what is in the lock and `+` before what is in the program.
impl Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(key, shape) => write!(f, "+ {}", line(key, shape)),
            Self::Removed(key, shape) => write!(f, "- {}", line(key, shape)),
            Self::Changed(key, was, is) => {
                write!(f, "- {}\n+ {}", line(key, was), line(key, is))
            }
        }
    }
}

fn line((machine, event, version): &Key, shape: &str) -> String {
    format!("{machine} {event} {version} {shape}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Lines {
        Lines::read(text).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let lines = read("Order Placed 10 {a: text, b: [u8]}\nOrder Placed 9 {}\n");
        let text = lines.to_string();
        assert_eq!(read(&text), lines);
        assert_eq!(
            text,
            format!("{HEADER}Order Placed 9 {{}}\nOrder Placed 10 {{a: text, b: [u8]}}\n")
        );
        assert_eq!(read(&text.replace('\n', "\r\n")), lines);
    }

    #[test]
    fn what_is_no_line_is_named() {
        for (text, problem) in [
            ("# fine\n<<<<<<< main\n", "line 2 cannot be read: <<<<<<< main"),
            ("Order Placed {}", "line 1 cannot be read: Order Placed {}"),
            ("Order Placed 1 {a", "line 1 cannot be read: Order Placed 1 {a"),
            (
                "Order Placed 2 {}\nOrder Placed 2 {a: u8}",
                "line 2 is about an event that has a line: Order Placed 2 {a: u8}",
            ),
        ] {
            assert_eq!(Lines::read(text).unwrap_err(), problem);
        }
    }

    #[test]
    fn differences_stand_in_the_order_of_the_lines() {
        let locked = read("A Gone 1 {}\nA Kept 1 {}\nB Other 1 {a: u8}");
        let stored = read("A Kept 1 {}\nA Kept 2 {}\nB Other 1 {a: u16}");
        let shown: Vec<_> = stored.differences(&locked).iter().map(ToString::to_string).collect();
        let expected =
            ["- A Gone 1 {}", "+ A Kept 2 {}", "- B Other 1 {a: u8}\n+ B Other 1 {a: u16}"];
        assert_eq!(shown, expected);
        assert!(stored.differences(&stored).is_empty());
    }
}
