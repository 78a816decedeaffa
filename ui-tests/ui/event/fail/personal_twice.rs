//~ one mark says it all
use cim_runtime::prelude::*;

pub struct Person;

#[event(Person)]
pub struct PersonCreated {
    #[personal]
    #[personal]
    pub name: String,
}

fn main() {}
