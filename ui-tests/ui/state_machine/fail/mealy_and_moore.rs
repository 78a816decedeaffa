//~ a machine is of one kind
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

#[state_machine(mealy, moore, initial Off, terminal On)]
impl Lamp {
    #[transition(Off -> On)]
    fn switch_on(&self, _: SwitchOn) {}

    #[output(On)]
    fn on(&self) -> WentOn {
        WentOn
    }
}

fn main() {}
