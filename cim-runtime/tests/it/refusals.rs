//! Commands that were refused, and what policies answer to it: once, whatever is cut short.

use std::sync::Arc;

use cim_runtime::policy::{Refused, Why};
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store};
use cim_runtime::testing::Simulation;

use crate::chance::Random;
use crate::doubles::StoreDouble;

#[derive(DomainId)]
pub struct Number(u32);

/// Somebody wants a seat.
#[aggregate(domain = "it", id = Number)]
#[derive(Default)]
pub struct Booking {
    /// How often it was cancelled, and with which words.
    pub cancelled: Vec<String>,
}

#[command(Booking)]
pub struct Book {
    pub seat: u32,
}

#[command(Booking)]
pub struct CancelBooking {
    pub because: String,
}

#[event(Booking, unread)]
pub struct Booked {
    pub seat: u32,
}

#[event(Booking)]
pub struct BookingCancelled {
    pub because: String,
}

#[state_machine(initial New, Open)]
impl Booking {
    #[transition(New -> Open)]
    fn book(&self, cmd: Book) -> Booked {
        Booked { seat: cmd.seat }
    }

    #[transition(Open)]
    fn cancel(&self, cmd: CancelBooking) -> BookingCancelled {
        BookingCancelled { because: cmd.because }
    }

    #[apply]
    fn cancelled(&mut self, event: &BookingCancelled) {
        self.cancelled.push(event.because.clone());
    }
}

#[value]
pub enum SeatRefused {
    TakenBy(u32),
}

/// A seat, which one booking has at a time.
#[aggregate(domain = "it", id = Number)]
#[derive(Default)]
pub struct Seat {
    pub taken_by: Option<u32>,
    /// All bookings that ever had it.
    pub had: Vec<u32>,
}

#[command(Seat)]
pub struct Reserve {
    pub booking: u32,
}

#[command(Seat)]
pub struct Release;

#[command(Seat)]
pub struct Close;

#[event(Seat)]
pub struct Reserved {
    pub booking: u32,
}

#[event(Seat)]
pub struct Released;

#[event(Seat)]
pub struct Closed;

#[state_machine(initial Open, terminal Gone)]
impl Seat {
    #[transition(Open)]
    fn reserve(&self, cmd: Reserve) -> Result<Reserved, SeatRefused> {
        match self.taken_by {
            Some(booking) => Err(SeatRefused::TakenBy(booking)),
            None => Ok(Reserved { booking: cmd.booking }),
        }
    }

    #[transition(Open)]
    fn release(&self, _: Release) -> Option<Released> {
        self.taken_by.map(|_| Released)
    }

    #[transition(Open -> Gone)]
    fn close(&self, _: Close) -> Closed {
        Closed
    }

    #[apply]
    fn reserved(&mut self, event: &Reserved) {
        self.taken_by = Some(event.booking);
        self.had.push(event.booking);
    }

    #[apply]
    fn released(&mut self, _: &Released) {
        self.taken_by = None;
    }
}

/// Reserves what is booked, or has the booking cancelled.
#[derive(Tables)]
pub struct Seating {
    /// How many were refused for each seat.
    refused: Table<Number, u32>,
}

const UNLUCKY: u32 = 13;

#[policy(refused = ignore)]
impl Seating {
    #[on]
    fn booked(&mut self, event: &Recorded<Booked>) -> To<Reserve> {
        let booking = event.aggregate_id().parse().unwrap_or_default();
        Reserve { booking }.to(Number(event.event.seat))
    }

    #[refused]
    fn not_reserved(&mut self, refused: &Refused<Reserve>) -> Result<To<CancelBooking>, String> {
        let seat = self.refused.get_or_default(&refused.id());
        *seat += 1;
        let booked = refused.event::<Booked>().ok_or("nothing was booked")?;
        assert_eq!(refused.event::<Released>(), None);
        assert_eq!(
            (booked.cid, booked.event.seat),
            (refused.cause(), refused.id().to_string().parse().unwrap())
        );
        let because = match refused.why() {
            Why::Refused(SeatRefused::TakenBy(booking)) => format!("taken by {booking}"),
            Why::NotNow { state } => format!("the seat is {state}"),
        };
        match refused.command.booking {
            UNLUCKY => Err("an unlucky number".to_owned()),
            _ => Ok(CancelBooking { because }.to(booked.id())),
        }
    }
}

#[system(aggregates(Booking, Seat), policies(Seating))]
pub struct Theatre;

async fn cancelled(theatre: &Handle<Theatre>, booking: u32) -> Vec<String> {
    theatre.load::<Booking>(&Number(booking)).await.unwrap().cancelled.clone()
}

async fn book(theatre: &Handle<Theatre>, booking: u32, seat: u32) {
    theatre.send(&Number(booking), Book { seat }).await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_answered_with_a_command() {
    let theatre = Simulation::<Theatre>::start().await.unwrap();
    book(&theatre, 1, 7).await;
    theatre.settled().await.unwrap();
    book(&theatre, 2, 7).await;
    theatre.settled().await.unwrap();
    assert_eq!(cancelled(&theatre, 1).await, [""; 0]);
    assert_eq!(cancelled(&theatre, 2).await, ["taken by 1"]);
    theatre.send(&Number(8), Close).await.unwrap();
    book(&theatre, 3, 8).await;
    theatre.settled().await.unwrap();
    assert_eq!(cancelled(&theatre, 3).await, ["the seat is Gone"]);
    let history = theatre.history::<Booking>(&Number(2), 0).await.unwrap();
    assert_eq!(history[1].causation, cim_runtime::Causation::Event(history[0].cid));
    assert_eq!(history[1].correlation, history[0].correlation);
    assert_eq!(cim_runtime::policy::depth_of(history[1].command_id), 2);
    let dead = theatre.workers().dead_letters("seating").unwrap();
    assert_eq!(dead.list().await.unwrap(), []);
}

#[tokio::test]
async fn a_method_that_fails_is_reported_with_the_refusal() {
    let theatre = Simulation::<Theatre>::start().await.unwrap();
    book(&theatre, 1, 7).await;
    book(&theatre, UNLUCKY, 7).await;
    theatre.settled().await.unwrap();
    assert_eq!(cancelled(&theatre, UNLUCKY).await, [""; 0]);
    let dead = theatre.workers().dead_letters("seating").unwrap();
    let letters = dead.list().await.unwrap();
    let [(number, letter)] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!(
        letter.reason,
        "refused: TakenBy(1); its `#[refused]` method has failed: an unlucky number"
    );
    assert_eq!(letter.command().as_deref(), Some("it.seat/7 Reserve"));
    // It is answered to again.
    assert!(dead.retry(*number).await.unwrap());
    assert_eq!(dead.list().await.unwrap(), letters);
    theatre.send(&Number(7), Release).await.unwrap();
    assert!(dead.retry(*number).await.unwrap());
    assert_eq!(dead.list().await.unwrap(), []);
    assert_eq!(theatre.load::<Seat>(&Number(7)).await.unwrap().had, [1, UNLUCKY]);
}

#[test]
fn what_answers_to_a_refusal_is_in_the_map() {
    let arrows = cim_runtime::causes::CauseMap::of::<Theatre>();
    let arrows: Vec<_> =
        arrows.arrows().iter().map(|(from, to)| format!("{from} → {to}")).collect();
    for arrow in ["Booked → seating", "seating → Reserve", "seating → CancelBooking"] {
        assert!(arrows.contains(&arrow.to_owned()), "{arrows:?}");
    }
}

/// Each booking has its seat once, or was cancelled once.
pub(crate) async fn check(theatre: &Handle<Theatre>, booked: &[(u32, u32)]) {
    for &(booking, seat) in booked {
        let had = theatre.load::<Seat>(&Number(seat)).await.unwrap().had.clone();
        let times = had.iter().filter(|had| **had == booking).count();
        let cancelled = cancelled(theatre, booking).await;
        assert_eq!(times + cancelled.len(), 1, "booking {booking}: {had:?}, {cancelled:?}");
    }
}

/// Books by chance, and ends the workers at chance moments; seats become free meanwhile, so that what
/// was refused once would be accepted later.
pub(crate) async fn cut_short(store: Arc<dyn Store>, rounds: u32) {
    let mut random = Random::new(5);
    let mut booked: Vec<(u32, u32)> = Vec::new();
    for round in 0..rounds {
        let theatre = Handle::<Theatre>::over(Arc::clone(&store));
        let workers = theatre.start().await.unwrap();
        for _ in 0..random.below(6) {
            let (booking, seat) = (100 + booked.len() as u32, random.below(3));
            book(&theatre, booking, seat).await;
            booked.push((booking, seat));
            if random.below(3) == 0 {
                theatre.send(&Number(random.below(3)), Release).await.unwrap();
            }
            for _ in 0..random.below(40) {
                tokio::task::yield_now().await;
            }
        }
        if round % 10 == 9 {
            workers.settled().await.unwrap();
            check(&theatre, &booked).await;
        }
        match random.below(2) {
            0 => drop(workers),
            _ => workers.stop().await,
        }
    }
    let theatre = Handle::<Theatre>::over(store);
    let mut cancellations = 0;
    for (booking, _) in &booked {
        cancellations += cancelled(&theatre, *booking).await.len();
    }
    let all = booked.len();
    assert!(cancellations > all / 10 && cancellations < all, "{cancellations} of {all}");
}

#[tokio::test]
async fn whoever_is_cut_short_answers_to_a_refusal_once_in_memory() {
    cut_short(Arc::new(MemoryStore::new()), 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_answers_to_a_refusal_once_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    cut_short(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), 200).await;
}

#[tokio::test(start_paused = true)]
async fn rows_that_fail_around_a_write_double_no_answer() {
    let store = StoreDouble::new();
    let rows = store.rows().await.unwrap();
    store.keep_rows(Arc::new(crate::reactions::Shaky::new(rows, 4)));
    let theatre = Handle::<Theatre>::over(Arc::new(store));
    let workers = theatre.start().await.unwrap();
    let mut booked = Vec::new();
    for booking in 100..200 {
        book(&theatre, booking, booking % 3).await;
        booked.push((booking, booking % 3));
        if booking % 5 == 0 {
            theatre.send(&Number(booking % 3), Release).await.unwrap();
        }
        if booking % 10 == 0 {
            workers.settled().await.unwrap();
        }
    }
    workers.settled().await.unwrap();
    check(&theatre, &booked).await;
}
