//~ a policy counts on it
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
    phones: Phones,
}

#[command(Person)]
pub struct RegisterPerson;

#[event(Person)]
pub struct PersonRegistered;

#[state_machine(initial Draft, terminal Active)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, _: RegisterPerson) -> PersonRegistered {
        PersonRegistered
    }
}

#[value]
#[derive(Default)]
pub struct Phones {}

#[command(Phones)]
pub struct AddPhone;

#[event(Phones)]
pub struct PhoneAdded;

#[command(Phones)]
pub struct VerifyPhone;

#[event(Phones)]
pub struct PhoneVerified;

#[state_machine(initial Empty, Added, terminal Verified)]
impl Phones {
    #[transition(Empty -> Added)]
    fn add(&self, _: AddPhone) -> PhoneAdded {
        PhoneAdded
    }

    #[transition(Added -> Verified)]
    fn verify(&self, _: VerifyPhone) -> PhoneVerified {
        PhoneVerified
    }
}

#[policy]
pub fn verify_at_once(event: &Recorded<PhoneAdded>) -> To<VerifyPhone> {
    VerifyPhone.to(event.id())
}

#[system(aggregates(Person), policies(verify_at_once))]
pub struct People;

fn main() {}
