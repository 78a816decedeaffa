//! A lamp that counts how often it was lit, and an event on which folding panics.

use std::sync::atomic::{AtomicBool, Ordering};

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LampId(u32);

impl LampId {
    pub fn of(number: u32) -> Self {
        Self(number)
    }
}

#[aggregate(domain = "it", id = LampId)]
#[derive(Default)]
pub struct Lamp {
    pub lit: u32,
    pub fuses: u32,
}

#[command(Lamp)]
pub struct SwitchOn;
#[command(Lamp)]
pub struct SwitchOff;
/// Blows so many fuses.
#[command(Lamp)]
pub struct Overload {
    pub fuses: u32,
}

#[event(Lamp)]
pub struct LampLit {
    pub watts: u32,
}
#[event(Lamp)]
pub struct LampDimmed;
#[event(Lamp)]
pub struct FuseBlown {
    pub number: u32,
}

#[state_machine(initial Dark, Bright)]
impl Lamp {
    #[transition(Dark -> Bright)]
    fn switch_on(&self, _: SwitchOn) -> LampLit {
        LampLit { watts: 60 }
    }

    #[transition(Bright -> Dark)]
    fn switch_off(&self, _: SwitchOff) -> LampDimmed {
        LampDimmed
    }

    #[transition(Dark | Bright)]
    fn overload(&self, cmd: Overload) -> Vec<FuseBlown> {
        (1..=cmd.fuses).map(|number| FuseBlown { number }).collect()
    }

    #[apply]
    fn lit(&mut self, _: &LampLit) {
        self.lit += 1;
    }

    #[apply]
    fn blown(&mut self, event: &FuseBlown) {
        self.fuses += 1;
        assert!(!(event.number == 13 && FRAGILE.load(Ordering::SeqCst)), "a bug in an apply");
    }
}

/// Whether folding the thirteenth fuse panics: a bug that a later program has not.
pub static FRAGILE: AtomicBool = AtomicBool::new(true);

#[system(aggregates(Lamp))]
pub struct Street;
