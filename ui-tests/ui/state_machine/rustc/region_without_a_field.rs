//~ where are they kept?
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

#[command(Skills)]
pub struct ClaimSkill;

#[event(Skills)]
pub struct SkillClaimed;

#[state_machine(initial Unskilled, terminal Skilled)]
impl Skills {
    #[transition(Unskilled -> Skilled)]
    fn claim(&self, _: ClaimSkill) -> SkillClaimed {
        SkillClaimed
    }
}

fn main() {}
