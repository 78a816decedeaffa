//~ a byte that is no text
//# \xff
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

#[state_machine(initial Closed, terminal Open)]
impl Door {
    #[transition(Closed -> Open)]
    fn open(&self, _: OpenDoor) -> DoorOpened {
        DoorOpened
    }
}
