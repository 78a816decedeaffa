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

    #[derive(Tables)]
    struct Doors {
        opened: Table<DoorId, u64>,
    }

    #[value]
    struct Opened;

    #[projection]
    impl Doors {
        #[on]
        fn opened(&mut self, event: &Recorded<DoorOpened>) {
            self.opened.insert(&event.id(), event.position);
        }

        #[query]
        fn count(&self, _: Opened) -> u64 {
            self.opened.iter().count() as u64
        }
    }

    let _ = Opened;

    #[policy(ends = "a door opens once")]
    fn open_again(event: &Recorded<DoorOpened>) -> Option<To<OpenDoor>> {
        (event.version > 1).then(|| OpenDoor.to(event.id()))
    }

    #[system(aggregates(Door), policies(open_again), projections(Doors))]
    struct House;

    DoorState::ALL.len()
        + House::AGGREGATES.len()
        + House::POLICIES.len()
        + House::PROJECTIONS.len()
        + usize::from(Key(1) == Key(2))
}
