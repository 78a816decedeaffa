//! A whole domain inside a function.

use cim_runtime::prelude::*;

/// How many states the machine in it has.
pub fn states() -> usize {
    #[derive(DomainId)]
    struct DoorId(String);

    #[aggregate(domain = "pass", id = DoorId)]
    #[derive(Default)]
    struct Door {}

    #[command(Door)]
    struct OpenDoor;

    #[event(Door)]
    struct DoorOpened;

    #[value]
    struct Key(u32);

    #[state_machine(initial Closed, terminal Open)]
    impl Door {
        #[transition(Closed -> Open)]
        fn open(&self, _: OpenDoor) -> DoorOpened {
            DoorOpened
        }
    }

    #[system(aggregates(Door))]
    struct House;

    DoorState::ALL.len() + House::AGGREGATES.len() + usize::from(Key(1) == Key(2))
}
