//~ one name for two things
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
    state: state::PersonRegistered,
}

#[command(Person)]
pub struct RegisterPerson;

#[event(Person)]
pub struct PersonRegistered;

#[state_machine(initial Draft, terminal Active, region state: state::PersonRegistered)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, _: RegisterPerson) -> PersonRegistered {
        PersonRegistered
    }
}

pub mod state {
    use super::*;

    #[value]
    #[derive(Default)]
    pub struct PersonRegistered {}

    #[command(PersonRegistered)]
    pub struct Confirm;

    #[event(PersonRegistered)]
    pub struct Confirmed;

    #[state_machine(initial Open, terminal Done)]
    impl PersonRegistered {
        #[transition(Open -> Done)]
        fn confirm(&self, _: Confirm) -> Confirmed {
            Confirmed
        }
    }
}

fn main() {}
