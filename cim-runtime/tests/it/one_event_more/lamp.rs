//! A lamp.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LampId(String);

#[aggregate(domain = "house", id = LampId)]
#[derive(Default)]
pub struct Lamp {
    pub times: u32,
}

#[command(Lamp)]
pub struct Press;

#[event(Lamp)]
pub struct WentOn;
#[event(Lamp)]
pub struct WentOff;

#[state_machine(initial Off, On)]
impl Lamp {
    #[transition(Off -> On)]
    fn switch_on(&self, _: Press) -> WentOn {
        WentOn
    }

    #[transition(On -> Off)]
    fn switch_off(&self, _: Press) -> WentOff {
        WentOff
    }

    #[apply]
    fn went_on(&mut self, _: &WentOn) {
        self.times += 1;
    }
}
