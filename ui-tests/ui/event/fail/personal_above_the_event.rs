//~ which of its fields identify a person?
use cim_runtime::prelude::*;

pub struct Person;

#[personal]
#[event(Person)]
pub struct PersonCreated {
    pub name: String,
}

fn main() {}
