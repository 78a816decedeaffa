//~ one field is one region
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

#[state_machine(initial Draft, terminal Active, region skills: Skills, region skills: Hobbies)]
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

#[value]
#[derive(Default)]
pub struct Hobbies {}

#[command(Hobbies)]
pub struct TakeUp;

#[event(Hobbies)]
pub struct TakenUp;

#[state_machine(initial Idle, terminal Busy)]
impl Hobbies {
    #[transition(Idle -> Busy)]
    fn take_up(&self, _: TakeUp) -> TakenUp {
        TakenUp
    }
}

fn main() {}
