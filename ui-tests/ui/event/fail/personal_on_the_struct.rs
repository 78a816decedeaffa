//~ which of its fields identify a person?
use cim_runtime::prelude::*;

pub struct Person;

#[event(Person)]
#[personal]
pub struct PersonCreated {
    pub name: String,
}

fn main() {}
