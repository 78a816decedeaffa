//! A domain that is nobody else's.

use cim_runtime::prelude::*;

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
enum Refused {
    Locked,
}

#[state_machine(initial Closed, terminal Open)]
impl Door {
    #[transition(Closed -> Open)]
    fn open(&self, _: OpenDoor) -> Result<DoorOpened, Refused> {
        if self.is_locked() { Err(Refused::Locked) } else { Ok(DoorOpened) }
    }

    fn is_locked(&self) -> bool {
        false
    }
}

#[derive(Tables)]
struct Doors {
    opened: Table<DoorId, Times>,
}

#[value]
#[derive(Default)]
struct Times {
    count: u64,
}

#[value]
struct TimesOf(DoorId);

#[projection]
impl Doors {
    #[on]
    fn opened(&mut self, event: &Recorded<DoorOpened>) {
        self.opened.get_or_default(&event.id()).count += 1;
    }

    #[query]
    fn times(&self, TimesOf(id): TimesOf) -> Option<Times> {
        self.opened.get(&id)
    }
}

#[policy]
fn shut(event: &Recorded<DoorOpened>) -> Cancel<OpenDoor> {
    OpenDoor::cancel(event.id())
}

#[derive(Tables)]
struct Bell;

#[policy]
impl Bell {
    #[on]
    fn opened(&self, _: &Recorded<DoorOpened>) {}
}

#[system(aggregates(Door), policies(shut, Bell), projections(Doors))]
struct House;

/// Uses them.
pub async fn open() -> bool {
    let Ok(house) = House::open("memory:").await else { return false };
    let Ok(id) = "front".parse() else { return false };
    house.send(&id, OpenDoor).await.is_ok() && house.ask(TimesOf(id)).await.is_ok()
}
