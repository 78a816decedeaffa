//~ two branches have both added the event
//# Door DoorOpened 1 {by: text}
//# Door DoorOpened 1 {how: text}
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct DoorId(String);

#[aggregate(domain = "house", id = DoorId)]
#[derive(Default)]
pub struct Door {}

#[command(Door)]
pub struct OpenDoor;

#[event(Door, unread)]
pub struct DoorOpened {
    pub by: Actor,
}

#[state_machine(initial Closed, terminal Open)]
impl Door {
    #[transition(Closed -> Open)]
    fn open(&self, _: OpenDoor, cx: &Context<Self>) -> DoorOpened {
        DoorOpened { by: cx.actor() }
    }
}
