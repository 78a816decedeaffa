//~ a region decides: it has a machine
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
    skills: Skills,
}

#[command(Person)]
pub struct RegisterPerson;

#[event(Person)]
pub struct PersonRegistered;

#[state_machine(initial Draft, terminal Active, region skills: Skills)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, _: RegisterPerson) -> PersonRegistered {
        PersonRegistered
    }
}

#[value]
#[derive(Default)]
pub struct Skills {}

fn main() {}
