//~ its commands and events rely on a machine that nobody wrote
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
    skills: Skills,
}

#[command(Person)]
pub struct Register;

#[event(Person)]
pub struct Registered;

#[state_machine(initial Draft, terminal Active, region skills: Skills)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, _: Register) -> Registered {
        Registered
    }
}

#[value]
#[derive(Default)]
pub struct Skills {}

#[command(Skills)]
pub struct AddSkill;

#[event(Skills)]
pub struct SkillAdded;

#[system(aggregates(Person))]
pub struct People;

fn main() {}
