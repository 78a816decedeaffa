//! `cim.lock`: how each version of each event of a crate is stored, in a file that is committed.
//!
//! Events are kept for ever, and the code that reads them changes. The macros compare every event
//! with its line, and refuse what could not read the events of an earlier release; [`lock!`] writes
//! a test that the file has a line for every event, and is the only thing that writes the file.
//!
//! [`lock!`]: crate::lock!

mod lines;
mod row;

use std::io::{self, ErrorKind};
use std::path::Path;

use lines::Lines;

use crate::system::AggregateInfo;

pub use row::EventRow;

/// The name of the file.
const NAME: &str = "cim.lock";

/// What is to be done with the file: `CIM_LOCK=write` writes it.
const SWITCH: &str = "CIM_LOCK";

/// How the file is written.
const WRITE: &str = "write it with `cim lock`, or `CIM_LOCK=write cargo test the_lock_is_current`";

/// Writes a test that the crate's `cim.lock` is there, and has a line for each version of each
/// event of these systems.
///
/// The test is called `the_lock_is_current`. With the environment variable `CIM_LOCK=write`, which
/// `cim lock` sets, it writes the file instead. A crate has one such line, below its system.
///
/// The macros compare a machine with the lock of the crate that it is in: a crate of aggregates
/// whose system is elsewhere declares a system for this line, under `#[cfg(test)]`.
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
/// # #[system(aggregates(Door))] pub struct House;
/// cim_runtime::lock!(House);
/// ```
#[macro_export]
macro_rules! lock {
    ($($system:ty),+ $(,)?) => {
        #[test]
        fn the_lock_is_current() {
            $crate::lock::current(
                ::core::env!("CARGO_MANIFEST_DIR"),
                &[$(<$system as $crate::system::System>::AGGREGATES),+],
            );
        }
    };
}

/// Checks the lock in a folder, or writes it.
///
/// # Panics
///
/// When it is not there, cannot be read, or differs.
#[doc(hidden)]
#[track_caller]
pub fn current(folder: &str, systems: &[&[AggregateInfo]]) {
    let path = Path::new(folder).join(NAME);
    let switch = std::env::var(SWITCH).ok();
    let done = Lines::of(&systems.concat()).and_then(|lines| match switch.as_deref() {
        None => check(&path, &lines),
        Some("write") => {
            write(&path, &lines).map_err(|error| format!("could not be written: {error}"))
        }
        Some(other) => Err(format!("{SWITCH}={other} means nothing; write `{SWITCH}=write`")),
    });
    if let Err(problem) = done {
        panic!("{}: {problem}", path.display());
    }
}

fn check(path: &Path, stored: &Lines) -> Result<(), String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(format!("there is no lock yet\n{WRITE}, and commit it"));
        }
        Err(error) => return Err(format!("could not be read: {error}")),
    };
    let locked = Lines::read(&text).map_err(|problem| {
        format!("{problem}\nresolve the conflict, or restore the file from version control")
    })?;
    let differences: Vec<_> = stored.differences(&locked).iter().map(ToString::to_string).collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the events are not stored as the lock says:\n{}\nif that is meant, {WRITE}",
        differences.join("\n")
    ))
}

/// Writes the file, whole or not at all. One that says the same is left alone: it may have other
/// line ends, and a newer file would have the crate compiled again.
fn write(path: &Path, stored: &Lines) -> io::Result<()> {
    let same = |text: String| Lines::read(&text).is_ok_and(|locked| locked == *stored);
    if std::fs::read_to_string(path).is_ok_and(same) {
        return Ok(());
    }
    let beside = path.with_extension(format!("lock.{}", std::process::id()));
    std::fs::write(&beside, stored.to_string())
        .and_then(|()| std::fs::rename(&beside, path))
        .inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::Shape;
    use crate::machine::{MachineTable, StateRow};
    use crate::subject::AggregateName;

    const OPENED: EventRow = EventRow {
        name: "DoorOpened",
        schema: 2,
        shape: Shape::Record(&[("by", Shape::Of("text"))]),
        personal: &[],
        before: Some(&EventRow {
            name: "DoorOpened",
            schema: 1,
            shape: Shape::Record(&[]),
            personal: &[],
            before: None,
        }),
    };
    const LINES: &str = "Door DoorOpened 1 {}\nDoor DoorOpened 2 {by: text}\n";
    const INFO: AggregateInfo = AggregateInfo {
        name: AggregateName::new("house.door"),
        machine: &MachineTable::new("Door", &[], &[]),
        events: || vec![("Door", OPENED)],
        doors: Vec::new,
    };

    fn door() -> Lines {
        Lines::of(&[INFO, INFO]).unwrap()
    }

    #[test]
    fn every_version_has_a_line() {
        assert!(door().to_string().ends_with(LINES), "{}", door());
    }

    #[test]
    fn what_could_not_be_told_apart_is_refused() {
        const OTHER: MachineTable =
            MachineTable::new("Door", &[StateRow::new("Open", "", &[])], &[]);
        let problem = Lines::of(&[INFO, AggregateInfo { machine: &OTHER, ..INFO }]).unwrap_err();
        assert!(problem.starts_with("two machines are called `Door`"), "{problem}");

        let events = || vec![("Door", OPENED), ("Lock", OPENED)];
        let problem = Lines::of(&[AggregateInfo { events, ..INFO }]).unwrap_err();
        assert!(
            problem.starts_with("two events of `Door` are stored as `DoorOpened`"),
            "{problem}"
        );
    }

    #[test]
    fn what_was_written_is_current() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        let missing = check(&path, &door()).unwrap_err();
        assert!(missing.starts_with("there is no lock yet\n") && missing.contains("`cim lock`"));

        write(&path, &door()).unwrap();
        check(&path, &door()).unwrap();
        let files = std::fs::read_dir(dir.path()).unwrap();
        assert_eq!(files.count(), 1, "what was written beside it is gone");
    }

    #[test]
    fn a_lock_with_other_line_ends_is_current_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        let text = LINES.replace('\n', "\r\n");
        std::fs::write(&path, &text).unwrap();
        check(&path, &door()).unwrap();
        write(&path, &door()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn what_differs_is_shown_line_by_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        std::fs::write(&path, "Door DoorOpened 2 {by: u32}\nDoor DoorShut 1 {}\n").unwrap();
        let problem = check(&path, &door()).unwrap_err();
        let differences = "\n+ Door DoorOpened 1 {}\n- Door DoorOpened 2 {by: u32}\n\
             + Door DoorOpened 2 {by: text}\n- Door DoorShut 1 {}\nif that is meant, ";
        assert!(problem.contains(differences), "{problem}");

        std::fs::write(&path, "Door DoorOpened 1 {}\n=======\n").unwrap();
        let problem = check(&path, &door()).unwrap_err();
        assert!(problem.starts_with("line 2 cannot be read: =======\n"), "{problem}");
    }
}
