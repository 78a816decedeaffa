//! A lamp.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LampId(String);

#[aggregate(domain = "house", id = LampId)]
#[derive(Default)]
pub struct Lamp {
    pub times: u32,
    pub percent: u32,
}

#[command(Lamp)]
pub struct Press;
#[command(Lamp)]
pub struct Dim {
    pub percent: u32,
}

#[event(Lamp)]
pub struct WentOn;
#[event(Lamp)]
pub struct WentOff;
#[event(Lamp)]
pub struct Dimmed {
    pub percent: u32,
}

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

    #[transition(On)]
    fn dim(&self, cmd: Dim) -> Dimmed {
        Dimmed { percent: cmd.percent }
    }

    #[apply]
    fn went_on(&mut self, _: &WentOn) {
        self.times += 1;
    }

    #[apply]
    fn dimmed(&mut self, event: &Dimmed) {
        self.percent = event.percent;
    }
}
