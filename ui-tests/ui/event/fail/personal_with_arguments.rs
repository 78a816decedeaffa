//~ a field identifies a person, or it does not
use cim_runtime::prelude::*;

pub struct Person;

#[event(Person)]
pub struct PersonCreated {
    #[personal(encrypted)]
    pub name: String,
}

fn main() {}
