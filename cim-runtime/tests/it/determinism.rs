//! The same command comes to the same bytes, and the test kit finds the decisions that do not.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::SystemTime;

use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store, StoredEvent};
use cim_runtime::{Options, SeededEnvironment};

#[derive(DomainId)]
pub struct LotId(String);

#[value]
pub enum LotRefused {
    TooLow { bid: u64 },
    TooLate { nanoseconds: u64 },
}

#[aggregate(domain = "it", id = LotId)]
#[derive(Default)]
pub struct Lot {
    best: u64,
}

#[command(Lot)]
pub struct Bid {
    pub cents: u64,
}
#[command(Lot)]
pub struct Reopen;
/// What no decision should do.
#[command(Lot)]
pub struct Misbehave {
    pub how: String,
}

#[event(Lot)]
pub struct BidMade {
    pub cents: u64,
    pub tickets: Vec<Uuid>,
    pub at: Timestamp,
}
#[event(Lot, unread)]
pub struct Misbehaved {
    pub with: Vec<u64>,
}
#[event(Lot)]
pub struct Sold;
#[event(Lot)]
pub struct Reopened;

#[state_machine(initial Open, Gone)]
impl Lot {
    #[transition(Open -> Open on BidMade, Gone on Sold)]
    fn bid(&self, cmd: Bid, cx: &Context<Self>) -> Result<OneOf<BidMade, Sold>, LotRefused> {
        if cmd.cents <= self.best {
            return Err(LotRefused::TooLow { bid: cmd.cents });
        }
        if cmd.cents > 1000 {
            return Ok(one_of(Sold));
        }
        let tickets = vec![cx.new_id(), cx.new_id()];
        Ok(one_of(BidMade { cents: cmd.cents, tickets, at: cx.now() }))
    }

    #[transition(Gone -> Open)]
    fn reopen(&self, _: Reopen) -> Reopened {
        Reopened
    }

    #[transition(Open)]
    fn misbehave(&self, cmd: Misbehave) -> Result<Misbehaved, LotRefused> {
        let with = match cmd.how.as_str() {
            "clock" => vec![nanoseconds()],
            "chance" => vec![Uuid::from_u128(rand_bits()).as_u64_pair().1],
            "order" => (0..100).map(|n| (n, ())).collect::<HashMap<_, _>>().into_keys().collect(),
            "refusal" => return Err(LotRefused::TooLate { nanoseconds: nanoseconds() }),
            _ => vec![],
        };
        Ok(Misbehaved { with })
    }

    #[apply]
    fn made(&mut self, event: &BidMade) {
        self.best = event.cents;
    }
}

#[system(aggregates(Lot))]
pub struct Auction;

fn nanoseconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64
}

/// What `Uuid::new_v4` is made of, without the feature that it needs.
fn rand_bits() -> u128 {
    use std::hash::{BuildHasher as _, RandomState};
    let half = || u128::from(RandomState::new().hash_one(()));
    half() << 64 | half()
}

fn lot(name: &str) -> LotId {
    name.parse().unwrap()
}

async fn all(store: &Arc<dyn Store>) -> Vec<StoredEvent> {
    store.read_all(0, 10_000).await.unwrap()
}

#[tokio::test]
async fn a_retry_after_a_conflict_gives_out_the_same_ids() {
    let id = Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0001);
    let at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let mut found = Vec::new();
    for conflict in [false, true] {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let auction = Handle::<Auction>::over(Arc::clone(&store));
        auction.send(&lot("1"), Bid { cents: 1 }).await.unwrap();
        if conflict {
            let other = Handle::<Auction>::over(Arc::clone(&store));
            other.send(&lot("1"), Bid { cents: 2 }).await.unwrap();
        }
        let sender = auction.with_command_id(id).at(at);
        let sent = sender.send(&lot("1"), Bid { cents: 3 }).await.unwrap();
        assert_eq!(sent.receipt().unwrap().attempts, if conflict { 2 } else { 1 });
        let last = all(&store).await.pop().unwrap();
        let envelope = last.envelope().unwrap();
        found.push((envelope.event_id, envelope.data.to_vec(), envelope.command_id, envelope.at));
    }
    assert_eq!(found[0], found[1]);
}

#[tokio::test]
async fn all_ids_of_a_command_differ() {
    let auction = Handle::<Auction>::over(Arc::new(MemoryStore::new()));
    for cents in 1..=50 {
        auction.send(&lot("1"), Bid { cents }).await.unwrap();
    }
    let mut ids = std::collections::BTreeSet::new();
    for event in all(auction.store()).await {
        let envelope = event.envelope().unwrap();
        assert_eq!(envelope.event_id.get_version_num(), 7);
        assert!(ids.insert(envelope.event_id) && ids.insert(envelope.command_id));
        let mut from = cim_runtime::cbor::Decoder::new(envelope.data);
        for ticket in BidMade::decode(&mut from).unwrap().tickets {
            assert_eq!(ticket.get_version_num(), 7);
            assert!(ids.insert(ticket));
        }
    }
    assert_eq!(ids.len(), 200);
}

async fn a_days_auction(seed: u64) -> Vec<StoredEvent> {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let options = Options::default().environment(SeededEnvironment::new(seed)).snapshot_every(5);
    let auction = Handle::<Auction>::with_options(Arc::clone(&store), options);
    for round in 0..40_u64 {
        let id = lot(&(round % 7).to_string());
        let cents = (round * 37) % 101;
        let sent = auction.acting_as(Actor::new("bidder")).send(&id, Bid { cents }).await;
        if let Ok(Sent::Stored(receipt)) = sent {
            let _ = auction.because_of(&receipt).send(&lot("next"), Bid { cents: round }).await;
        }
    }
    all(&store).await
}

#[tokio::test]
async fn one_seed_is_one_history_byte_for_byte() {
    let (first, second) = (a_days_auction(7).await, a_days_auction(7).await);
    assert!(first.len() > 30, "{}", first.len());
    assert_eq!(first, second);
    assert_ne!(first, a_days_auction(8).await);
}

/// The message with which the test kit fails a test.
#[track_caller]
fn complaint<T>(test: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(test)).err().expect("the test kit lets it pass");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

fn misbehave(how: &str) -> String {
    complaint(|| drop(Lot::given(()).when(Misbehave { how: how.into() })))
}

#[test]
fn a_decision_that_reads_the_clock_fails_its_test() {
    let message = misbehave("clock");
    assert!(message.contains("deciding `Misbehave` twice came to different events"), "{message}");
    assert!(message.contains("not on clocks, chance or the order of hash maps"), "{message}");
}

#[test]
fn a_decision_that_throws_dice_fails_its_test() {
    assert!(misbehave("chance").contains("twice came to different events"));
}

#[test]
fn a_decision_in_the_order_of_a_hash_map_fails_its_test() {
    assert!(misbehave("order").contains("twice came to different events"));
}

// Nothing is stored of a refusal, but the caller who tries again is told something else.
#[test]
fn a_refusal_that_reads_the_clock_fails_its_test() {
    let message = misbehave("refusal");
    assert!(message.contains("`Misbehave`") && message.contains("TooLate"), "{message}");
}

#[test]
fn a_sound_decision_passes() {
    Lot::given(()).when(Misbehave { how: String::new() }).then(Misbehaved { with: vec![] });
}

#[test]
fn a_method_called_by_hand_gets_what_it_gets_from_a_command() {
    let at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let scenario = || Lot::given(Sold).with_id(lot("9")).acting_as("alice").at(at);
    let cx = scenario().context();
    assert_eq!((cx.id(), cx.state(), cx.now()), (&lot("9"), LotState::Gone, at));
    assert_eq!(cx.actor(), Actor::new("alice"));

    let cx = Lot::given(()).at(at).context();
    let Ok(OneOf::First(made)) = Lot::default().bid(Bid { cents: 5 }, &cx) else { panic!("a bid") };
    assert_eq!(made.at, at);
    assert_ne!(made.tickets[0], made.tickets[1]);
    Lot::given(()).at(at).when(Bid { cents: 5 }).then(made);
}

#[test]
fn the_wrong_events_are_shown_beside_the_right_ones() {
    let message = complaint(|| Lot::given(()).when(Bid { cents: 2000 }).then(Reopened));
    assert!(message.contains("the events of `Bid`"), "{message}");
    assert!(message.contains("Sold") && message.contains("Reopened"), "{message}");
    let message = complaint(|| Lot::given(()).when(Bid { cents: 2000 }).then((Sold, Sold)));
    assert!(message.contains("the events of `Bid`"), "{message}");
    let message = complaint(|| Lot::given(()).when(Bid { cents: 2000 }).then_nothing());
    assert!(message.contains("the events of `Bid`"), "{message}");
}

#[test]
fn an_unexpected_refusal_is_shown() {
    let message = complaint(|| Lot::given(()).when(Bid { cents: 0 }).then(Sold));
    assert_eq!(message, "`Bid`: refused: TooLow { bid: 0 }");
    let message = complaint(|| Lot::given(Sold).when(Bid { cents: 0 }).then(Sold));
    assert_eq!(message, "`Bid`: `Bid` is not taken in state `Gone`, which takes Reopen");
}

#[test]
fn the_wrong_refusal_is_shown_beside_the_right_one() {
    let too_low = |bid| LotRefused::TooLow { bid };
    let message = complaint(|| Lot::given(()).when(Bid { cents: 0 }).then_refused(too_low(1)));
    assert!(message.contains("why `Bid` is refused"), "{message}");
    assert!(message.contains("TooLow { bid: 0 }") && message.contains("TooLow { bid: 1 }"));
    let message = complaint(|| Lot::given(()).when(Bid { cents: 1001 }).then_refused(too_low(1)));
    assert_eq!(
        message,
        "`Bid` should be refused with TooLow { bid: 1 }, and was answered with [Sold]"
    );
    let message = complaint(|| Lot::given(()).when(Bid { cents: 0 }).then_not_now());
    assert!(message.contains("`Bid` should not be taken in this state"), "{message}");
    assert!(message.contains("refused: TooLow"), "{message}");
}

#[test]
fn given_what_cannot_have_happened_fails() {
    let message = complaint(|| drop(Lot::given((Sold, Sold))));
    assert_eq!(
        message,
        "the events: event 2 of `it.evt.lot.example` cannot be replayed: `Sold` cannot happen in state `Gone`"
    );
    let message = complaint(|| drop(Lot::given(Reopened)));
    assert!(message.contains("`Reopened` cannot happen in state `Open`"), "{message}");
}

#[test]
fn the_wrong_state_is_shown() {
    let message = complaint(|| drop(Lot::given(Sold).then_state(LotState::Open)));
    assert!(message.contains("Gone") && message.contains("Open"), "{message}");
}
