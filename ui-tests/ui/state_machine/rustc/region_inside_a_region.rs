//~ one level of parts
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
pub struct Skills {
    languages: Languages,
}

#[command(Skills)]
pub struct ClaimSkill;

#[event(Skills)]
pub struct SkillClaimed;

#[state_machine(initial Unskilled, Skilled, region languages: Languages)]
impl Skills {
    #[transition(Unskilled -> Skilled)]
    fn claim(&self, _: ClaimSkill) -> SkillClaimed {
        SkillClaimed
    }
}

#[value]
#[derive(Default)]
pub struct Languages {}

#[command(Languages)]
pub struct ClaimLanguage;

#[event(Languages)]
pub struct LanguageClaimed;

#[state_machine(initial Silent, terminal Fluent)]
impl Languages {
    #[transition(Silent -> Fluent)]
    fn claim(&self, _: ClaimLanguage) -> LanguageClaimed {
        LanguageClaimed
    }
}

fn main() {}
