//! Commands that wait for their time: replaced, taken back, and taken back too late.

use std::sync::Arc;

use cim_runtime::ManualEnvironment;
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store};
use cim_runtime::testing::Simulation;

use crate::doubles::StoreDouble;

#[derive(DomainId)]
pub struct RoomId(u32);

/// A room whose light goes out by itself.
#[aggregate(domain = "it", id = RoomId)]
#[derive(Default)]
pub struct Room {
    pub messages: Vec<String>,
}

#[command(Room)]
pub struct Enter;
#[command(Room)]
pub struct Darken;
#[command(Room)]
pub struct Tell {
    pub guest: String,
}
#[command(Room)]
pub struct Expect {
    pub guest: String,
    pub minutes: i64,
}
#[command(Room)]
pub struct Welcome {
    pub guest: String,
}
#[command(Room)]
pub struct Close;

#[event(Room)]
pub struct Entered;
#[event(Room)]
pub struct Darkened;
#[event(Room)]
pub struct Told {
    pub guest: String,
}
#[event(Room, unread)]
pub struct Expected {
    pub guest: String,
    pub minutes: i64,
}
#[event(Room, unread)]
pub struct Welcomed {
    pub guest: String,
}
#[event(Room)]
pub struct Closed;

#[state_machine(initial Open, terminal Shut)]
impl Room {
    #[transition(Open)]
    fn enter(&self, _: Enter) -> Entered {
        Entered
    }

    #[transition(Open)]
    fn darken(&self, _: Darken) -> Darkened {
        Darkened
    }

    #[transition(Open)]
    fn tell(&self, cmd: Tell) -> Told {
        Told { guest: cmd.guest }
    }

    #[transition(Open)]
    fn expect(&self, cmd: Expect) -> Expected {
        Expected { guest: cmd.guest, minutes: cmd.minutes }
    }

    #[transition(Open)]
    fn welcome(&self, cmd: Welcome) -> Welcomed {
        Welcomed { guest: cmd.guest }
    }

    #[transition(Open -> Shut)]
    fn close(&self, _: Close) -> Closed {
        Closed
    }

    #[apply]
    fn told(&mut self, event: &Told) {
        self.messages.push(event.guest.clone());
    }
}

/// Five minutes after the last one has come in, and for each guest who is late.
#[derive(Tables)]
pub struct Porter;

#[policy(refused = ignore)]
impl Porter {
    #[on]
    fn entered(&self, event: &Recorded<Entered>) -> To<Darken> {
        Darken.to(event.id()).after(5.minutes()).keyed("nobody")
    }

    #[on]
    fn expected(&self, event: &Recorded<Expected>) -> To<Tell> {
        let Expected { guest, minutes } = event.event.clone();
        Tell { guest: guest.clone() }.to(event.id()).after(minutes.minutes()).keyed(guest)
    }

    #[on]
    fn welcomed(&self, event: &Recorded<Welcomed>) -> Cancel<Tell> {
        Tell::cancel(event.id()).keyed(&event.event.guest)
    }

    #[on]
    fn closed(&self, event: &Recorded<Closed>) -> (Cancel<Darken>, Cancel<Tell>) {
        (Darken::cancel(event.id()), Tell::cancel(event.id()))
    }
}

#[system(aggregates(Room), policies(Porter))]
pub struct House;

fn room() -> RoomId {
    RoomId(1)
}

/// What has happened, each with the minutes since the clock has begun.
async fn told(house: &Handle<House>, begun: Timestamp) -> Vec<(String, i64)> {
    let history = house.history::<Room>(&room(), 0).await.unwrap();
    let minutes = |at: Timestamp| at.duration_since(begun).as_mins();
    let name = |event: &RoomEvent| match event {
        RoomEvent::Entered(_) => "entered".to_owned(),
        RoomEvent::Darkened(_) => "darkened".to_owned(),
        RoomEvent::Told(told) => format!("told of {}", told.guest),
        RoomEvent::Expected(expected) => format!("expected {}", expected.guest),
        RoomEvent::Welcomed(welcomed) => format!("welcomed {}", welcomed.guest),
        RoomEvent::Closed(_) => "closed".to_owned(),
    };
    history.iter().map(|event| (name(&event.event), minutes(event.at))).collect()
}

fn line(name: &str, minutes: i64) -> (String, i64) {
    (name.to_owned(), minutes)
}

async fn expect(house: &Handle<House>, guest: &str, minutes: i64) {
    house.send(&room(), Expect { guest: guest.to_owned(), minutes }).await.unwrap();
}

#[tokio::test]
async fn a_timer_replaces_the_one_with_its_key() {
    let house = Simulation::<House>::start().await.unwrap();
    let begun = house.clock().time();
    for _ in 0..3 {
        house.send(&room(), Enter).await.unwrap();
        house.advance(4.minutes()).await.unwrap();
    }
    house.advance(1.hour()).await.unwrap();
    let entered = [0, 4, 8].map(|minutes| line("entered", minutes));
    assert_eq!(told(&house, begun).await, [&entered[..], &[line("darkened", 13)]].concat());
    assert_eq!(house.workers().next_due(), None);
}

#[tokio::test]
async fn each_key_is_a_timer_of_its_own() {
    let house = Simulation::<House>::start().await.unwrap();
    let begun = house.clock().time();
    for (guest, minutes) in [("ann", 10), ("bob", 20), ("cid", 30), ("bob", 40)] {
        expect(&house, guest, minutes).await;
    }
    house.settled().await.unwrap();
    house.send(&room(), Welcome { guest: "cid".to_owned() }).await.unwrap();
    house.advance(1.hour()).await.unwrap();
    let told = told(&house, begun).await;
    assert_eq!(told[5..], [line("told of ann", 10), line("told of bob", 40)]);
}

#[tokio::test]
async fn without_a_key_all_are_taken_back() {
    let house = Simulation::<House>::start().await.unwrap();
    house.send(&room(), Enter).await.unwrap();
    expect(&house, "ann", 10).await;
    expect(&house, "bob", 20).await;
    house.settled().await.unwrap();
    assert!(house.workers().next_due().is_some());
    house.send(&room(), Close).await.unwrap();
    house.settled().await.unwrap();
    assert_eq!(house.workers().next_due(), None);
}

#[test]
fn a_test_sees_the_key() {
    let expected = |guest: &str| Expected { guest: guest.to_owned(), minutes: 1 }.of(room());
    let tell = |guest: &str| Tell { guest: guest.to_owned() }.to(room()).after(1.minute());
    Porter::given(())
        .when(expected("ann"))
        .then_sends(tell("ann").keyed("ann"))
        .when(Welcomed { guest: "ann".to_owned() }.of(room()))
        .then_sends(Tell::cancel(room()).keyed("ann"));
    let other = std::panic::catch_unwind(|| {
        Porter::given(()).when(expected("ann")).then_sends(tell("ann").keyed("bob"));
    });
    let said = *other.unwrap_err().downcast::<String>().unwrap();
    assert!(said.contains(r#"under "ann""#) && said.contains(r#"under "bob""#), "{said}");
}

#[tokio::test]
async fn whoever_was_away_learns_first_what_was_replaced_and_taken_back() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualEnvironment::default());
    let begun = clock.time();
    let house = Simulation::<House>::start_on(store.clone(), clock.clone()).await.unwrap();
    house.send(&room(), Enter).await.unwrap();
    expect(&house, "ann", 30).await;
    house.settled().await.unwrap();
    drop(house);
    // Both timers pass while nothing runs, and so does what concerns them.
    let alone = Handle::<House>::over(store.clone());
    let at = |minutes: i64| alone.at(begun + SignedDuration::from_mins(minutes));
    at(4).send(&room(), Enter).await.unwrap();
    at(29).send(&room(), Welcome { guest: "ann".to_owned() }).await.unwrap();
    at(58).send(&room(), Enter).await.unwrap();
    clock.set(begun + SignedDuration::from_mins(60));
    let house = Simulation::<House>::start_on(store, clock).await.unwrap();
    house.advance(1.hour()).await.unwrap();
    let told = told(&house, begun).await;
    assert_eq!(told[2..].len(), 4, "{told:?}");
    assert_eq!(told[5], line("darkened", 63));
}

/// A timer that fires, and is taken back before its command is stored, or before that is answered for.
pub(crate) async fn cancelled_while_it_fires(store: Arc<dyn Store>, is_stored: bool) {
    let (double, clock) = (StoreDouble::new(), ManualEnvironment::default());
    double.exchange(Arc::clone(&store));
    let begun = clock.time();
    let house =
        Simulation::<House>::start_on(Arc::new(double.clone()), clock.clone()).await.unwrap();
    house.send(&room(), Enter).await.unwrap();
    house.settled().await.unwrap();
    let mut held_up = double.hold_up(is_stored);
    clock.set(begun + SignedDuration::from_mins(5));
    held_up.reached().await;
    // Somebody else, who does not wait for what is held up.
    let other = Handle::<House>::over(store).at(clock.time());
    other.send(&room(), Close).await.unwrap();
    held_up.go_on();
    house.advance(1.hour()).await.unwrap();
    let mut expected = vec![line("entered", 0), line("closed", 5)];
    if is_stored {
        expected.insert(1, line("darkened", 5));
    }
    assert_eq!(told(&house, begun).await, expected);
    assert_eq!(house.workers().next_due(), None);
    let dead = house.workers().dead_letters("porter").unwrap();
    assert_eq!(dead.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_timer_that_is_cancelled_while_it_fires_does_no_harm_in_memory() {
    for is_stored in [false, true] {
        cancelled_while_it_fires(Arc::new(MemoryStore::new()), is_stored).await;
    }
}

#[tokio::test]
async fn a_timer_that_is_cancelled_while_it_fires_does_no_harm_on_disk() {
    for is_stored in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(EmbeddedStore::open(folder.path()).unwrap());
        cancelled_while_it_fires(store, is_stored).await;
    }
}
