//! People and days for examples.

use cim_person::name::PersonName;
use cim_person::person::{PersonCreated, PersonId};
use cim_runtime::prelude::*;

/// A person of this number, from 1.
pub(crate) fn person(number: u128) -> PersonId {
    PersonId::from(Uuid::from_u128(number))
}

pub(crate) fn name(given: &str) -> PersonName {
    PersonName::new(given, "Lovelace")
}

/// A person to whom nothing else has happened.
pub(crate) fn created() -> PersonCreated {
    PersonCreated { name: name("Ada"), source: "test".to_owned() }
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}
