//~ the output follows from the state
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LampId(String);

#[aggregate(domain = "house", id = LampId)]
#[derive(Default)]
pub struct Lamp {}

#[command(Lamp)]
pub struct Press;

#[event(Lamp)]
pub struct WentOn {
    pub at: Timestamp,
}

#[state_machine(moore, initial Off, terminal On)]
impl Lamp {
    #[transition(Off -> On)]
    fn press(&self, _: Press) {}

    #[output(On)]
    fn on(&self) -> WentOn {
        WentOn { at: Timestamp::now() }
    }

    #[apply]
    fn went_on(&mut self, _: &WentOn) {}
}

fn main() {}
