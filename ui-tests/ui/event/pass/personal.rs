//! What identifies a person is marked, and the mark changes nothing of what is stored.

use cim_runtime::prelude::*;

pub struct Person;

#[value]
pub struct Name {
    pub given: String,
}

#[event(Person)]
pub struct PersonCreated {
    #[personal]
    pub name: Name,
    pub source: String,
    #[stored(name = "born")]
    #[personal]
    pub date_of_birth: Option<Timestamp>,
}

#[event(Person)]
pub struct PersonArchived {
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use cim_runtime::event::Event;

    use super::*;

    #[test]
    fn personal_fields_are_told_by_their_stored_names() {
        assert_eq!(PersonCreated::PERSONAL, ["name", "born"]);
        assert_eq!(PersonCreated::ROW.personal, ["name", "born"]);
        assert!(PersonArchived::PERSONAL.is_empty());
    }

    #[test]
    fn a_mark_changes_no_shape() {
        let shape = "{born: time?, name: {given: text}, source: text}";
        assert_eq!(PersonCreated::SHAPE.to_string(), shape);
    }
}
