//~ an output belongs to a machine
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

impl Lamp {
    #[output(On)]
    fn on(&self) -> WentOn {
        WentOn
    }
}

#[state_machine(initial Off, terminal On)]
impl Lamp {
    #[transition(Off -> On)]
    fn switch_on(&self, _: SwitchOn) -> WentOn {
        WentOn
    }
}

fn main() {}
