//~ a Moore machine's transition leads to one state
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

#[state_machine(moore, initial Off, terminal On, terminal Broken)]
impl Lamp {
    #[transition(Off -> On, Broken)]
    fn switch_on(&self, _: SwitchOn) {}

    #[output(On)]
    fn on(&self) -> WentOn {
        WentOn
    }
}

fn main() {}
