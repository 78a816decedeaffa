//~ the region decides it, so it belongs to the region
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
    pub skills: Skills,
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

#[command(Person)]
pub struct AddSkill;

#[event(Skills)]
pub struct SkillAdded;

#[state_machine(initial Empty, terminal Known)]
impl Skills {
    #[transition(Empty -> Known)]
    fn add(&self, _: AddSkill) -> SkillAdded {
        SkillAdded
    }
}

fn main() {}
