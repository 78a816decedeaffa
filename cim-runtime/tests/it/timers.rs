//! Commands that wait for their time: replaced, taken back, and taken back too late.

use std::sync::Arc;

use cim_runtime::ManualEnvironment;
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store};
use cim_runtime::testing::Simulation;

use crate::chance::Random;
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

/// How often each guest was told of.
#[derive(Tables)]
pub struct Guests {
    told: Table<String, u32>,
}

#[value]
pub struct HowOften;

#[projection]
impl Guests {
    #[on]
    fn told(&mut self, event: &Recorded<Told>) {
        *self.told.get_or_default(&event.event.guest) += 1;
    }

    #[query]
    fn how_often(&self, _: HowOften) -> Vec<(String, u32)> {
        self.told.iter().collect()
    }
}

#[system(aggregates(Room), policies(Porter), projections(Guests))]
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

/// A clock that is put back while a timer waits, while it fires, and when it has fired.
pub(crate) async fn put_back(store: Arc<dyn Store>, is_stored: bool) {
    let (double, clock) = (StoreDouble::new(), ManualEnvironment::default());
    double.exchange(store);
    let begun = clock.time();
    let at = |minutes| begun + SignedDuration::from_mins(minutes);
    let house =
        Simulation::<House>::start_on(Arc::new(double.clone()), clock.clone()).await.unwrap();
    house.send(&room(), Enter).await.unwrap();
    house.settled().await.unwrap();
    for minutes in [-60, 4, -1, 4] {
        clock.set(at(minutes));
        house.settled().await.unwrap();
        assert_eq!(told(&house, begun).await, [line("entered", 0)], "not before its time");
    }
    let mut held_up = double.hold_up(is_stored);
    clock.set(at(5));
    held_up.reached().await;
    clock.set(at(-60));
    held_up.go_on();
    // What is on its way is not waited for by who looks at the clock.
    while told(&house, begun).await.len() < 2 {
        tokio::task::yield_now().await;
    }
    let once = [line("entered", 0), line("darkened", 5)];
    for minutes in [-60, 60, 0, 600] {
        clock.set(at(minutes));
        house.settled().await.unwrap();
        assert_eq!(told(&house, begun).await, once, "once, whatever the time is");
    }
    assert_eq!(house.workers().next_due(), None);
}

/// A clock that jumps hours at a time, forwards and back, while processes come and go.
pub(crate) async fn jumping(store: Arc<dyn Store>, rounds: u32) {
    let clock = ManualEnvironment::default();
    let begun = clock.time();
    let mut random = Random::new(19);
    let start = || Simulation::<House>::start_on(Arc::clone(&store), clock.clone());
    let mut house = start().await.unwrap();
    let mut guests = Vec::new();
    for _ in 0..rounds {
        clock.set(begun + SignedDuration::from_mins(i64::from(random.below(480)) - 240));
        for _ in 0..=random.below(3) {
            let guest = format!("guest {:03}", guests.len());
            expect(&house, &guest, random.below(90).into()).await;
            guests.push((guest, 1));
        }
        match random.below(4) {
            0 => {
                drop(house);
                house = start().await.unwrap();
            }
            1 => tokio::task::yield_now().await,
            _ => house.settled().await.unwrap(),
        }
    }
    clock.set(begun + SignedDuration::from_hours(24));
    // It may have to wait for the one before to be gone.
    let all_told = async {
        while house.load::<Room>(&room()).await.unwrap().messages.len() < guests.len() {
            house.settled().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), all_told).await.expect("one is lost");
    for hours in [24, -24, 48] {
        clock.set(begun + SignedDuration::from_hours(hours));
        house.settled().await.unwrap();
        let mut told = house.load::<Room>(&room()).await.unwrap().messages.clone();
        told.sort();
        let names: Vec<_> = guests.iter().map(|(guest, _)| guest.clone()).collect();
        assert_eq!(told, names, "each once");
        assert_eq!(house.ask(HowOften).await.unwrap(), guests);
        let head = store.head().await.unwrap().unwrap().number;
        let status = house.projection::<Guests>().unwrap().status().await.unwrap();
        assert_eq!((status.position, status.events_behind), (head, 0));
    }
    assert_eq!(house.workers().next_due(), None);
}

#[tokio::test]
async fn a_clock_that_jumps_neither_loses_nor_doubles_a_timer_in_memory() {
    for is_stored in [false, true] {
        put_back(Arc::new(MemoryStore::new()), is_stored).await;
    }
    jumping(Arc::new(MemoryStore::new()), 100).await;
}

#[tokio::test]
async fn a_clock_that_jumps_neither_loses_nor_doubles_a_timer_on_disk() {
    for is_stored in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        put_back(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), is_stored).await;
    }
    let folder = tempfile::tempdir().unwrap();
    jumping(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), 30).await;
}
