//~ replay could not tell which state was entered
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LampId(String);

#[aggregate(domain = "house", id = LampId)]
#[derive(Default)]
pub struct Lamp {}

#[command(Lamp)]
pub struct SwitchOn;

#[event(Lamp)]
pub struct WentOn;

#[command(Lamp)]
pub struct Smash;

#[state_machine(moore, initial Off, On, terminal Broken)]
impl Lamp {
    #[transition(Off -> On)]
    fn switch_on(&self, _: SwitchOn) {}

    #[transition(On -> Broken)]
    fn smash(&self, _: Smash) {}

    #[output(On)]
    fn on(&self) -> WentOn {
        WentOn
    }

    #[output(Broken)]
    fn broken(&self) -> WentOn {
        WentOn
    }
}

fn main() {}
