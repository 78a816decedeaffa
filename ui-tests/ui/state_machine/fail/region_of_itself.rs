//~ a person inside of a person inside of …
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
}

#[command(Person)]
pub struct RegisterPerson;

#[event(Person)]
pub struct PersonRegistered;

#[state_machine(initial Draft, terminal Active, region person: Person)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, _: RegisterPerson) -> PersonRegistered {
        PersonRegistered
    }
}

fn main() {}
