//~ the pin is the name of another event
//# Door DoorOpened 1 {}
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct DoorId(String);

#[aggregate(domain = "house", id = DoorId)]
#[derive(Default)]
pub struct Door {}

#[command(Door)]
pub struct OpenDoor;

#[event(Door)]
pub struct DoorOpened;

#[event(Door, name = "DoorOpened")]
pub struct DoorUnlocked;

#[state_machine(initial Closed, terminal Open)]
impl Door {
    #[transition(Closed -> Open on DoorOpened)]
    fn open(&self, _: OpenDoor) -> (DoorUnlocked, DoorOpened) {
        (DoorUnlocked, DoorOpened)
    }
}
