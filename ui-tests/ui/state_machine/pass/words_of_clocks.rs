//! Types and functions of one's own that are called like clocks and dice.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct RaceId(Uuid);

#[value]
pub struct Instant {
    pub lap: u32,
}

impl Instant {
    fn at(lap: u32) -> Self {
        Self { lap }
    }
}

mod dice {
    pub(super) mod rand {
        pub(crate) fn pick(from: u32) -> u32 {
            from
        }
    }
}

#[aggregate(domain = "pass", id = RaceId)]
#[derive(Default)]
pub struct Race {
    now: u32,
}

#[command(Race)]
pub struct Lap;

#[event(Race, unread)]
pub struct Passed {
    pub at: Instant,
    pub seen: Timestamp,
}

#[state_machine(initial Running)]
impl Race {
    #[transition(Running)]
    fn lap(&self, _: Lap, cx: &Context<Self>) -> Passed {
        let now = dice::rand::pick(self.now);
        Passed { at: Instant::at(now), seen: cx.now().max(Timestamp::UNIX_EPOCH) }
    }
}
