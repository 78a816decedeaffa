//! Windows' line ends, a superseded version, pins, a new event, and another machine's line.
//# # Written by a tool.\r
//# Door DoorOpened 1 {}\r
//# Door DoorOpened 2 {by: text, how: enum{Gently}}\r
//# Door DoorShut 1 {}\r
//# Door DoorPlanned 1 {plan: enum{Both: {after: ^^, first: ^^}, Knock, Ring}}\r
//# Lamp LampLit 1 {}\r
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct DoorId(String);

#[aggregate(domain = "house", id = DoorId)]
#[derive(Default)]
pub struct Door {}

#[command(Door)]
pub struct OpenDoor;

#[value]
pub enum How {
    #[stored(name = "Gently")]
    Softly,
}

#[event(Door, version = 2, name = "DoorOpened", upcast = v1::DoorOpened, unread)]
pub struct DoorUnlocked {
    #[stored(name = "by")]
    pub actor: Actor,
    pub how: How,
}

pub mod v1 {
    #[cim_runtime::prelude::event(super::Door)]
    pub struct DoorOpened;
}

impl From<v1::DoorOpened> for DoorUnlocked {
    fn from(_: v1::DoorOpened) -> Self {
        Self { actor: Actor::default(), how: How::Softly }
    }
}

#[event(Door)]
pub struct DoorShut;

#[event(Door)]
pub struct DoorPainted;

#[value]
pub enum Plan {
    Knock,
    Ring,
    Both { first: Box<Plan>, after: Box<Self> },
}

#[event(Door, unread)]
pub struct DoorPlanned {
    pub plan: Plan,
}

#[state_machine(initial Closed, terminal Open)]
impl Door {
    #[transition(Closed -> Open on DoorUnlocked)]
    fn open(&self, _: OpenDoor, cx: &Context<Self>) -> (DoorPainted, DoorUnlocked) {
        (DoorPainted, DoorUnlocked { actor: cx.actor(), how: How::Softly })
    }

    #[apply(Closed -> Closed)]
    fn planned(&mut self, _: &DoorPlanned) {}

    #[apply(Closed -> Closed)]
    fn shut(&mut self, _: &DoorShut) {}
}
