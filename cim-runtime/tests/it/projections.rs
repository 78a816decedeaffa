//! Projections: each event once in the rows, whatever happens.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cim_runtime::prelude::*;
use cim_runtime::projection::ProjectionState;
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store};
use futures::FutureExt as _;

use crate::chance::Random;
use crate::doubles::{StoreDouble, all_lead};

#[derive(DomainId)]
pub struct TillId(u32);

#[aggregate(domain = "it", id = TillId)]
#[derive(Default)]
pub struct Till {}

#[command(Till)]
pub struct Sell {
    pub goods: String,
    pub cents: u32,
}

#[event(Till, unread)]
pub struct Sold {
    pub goods: String,
    pub cents: u32,
}

#[state_machine(initial Open)]
impl Till {
    #[transition(Open)]
    fn sell(&self, cmd: Sell) -> Sold {
        Sold { goods: cmd.goods, cents: cmd.cents }
    }
}

/// What was sold of something.
#[value]
#[derive(Default, Eq)]
pub struct Line {
    pub count: u32,
    pub cents: u64,
}

#[derive(Tables)]
pub struct Goods {
    lines: Table<String, Line>,
    /// The largest sale of each till and goods.
    largest: Table<(TillId, String), u32>,
}

/// All lines.
#[value]
pub struct Lines;

/// The largest sales of a till.
#[value]
pub struct Largest(TillId);

#[projection]
impl Goods {
    #[on]
    fn sold(&mut self, event: &Recorded<Sold>) -> Result<(), String> {
        let sold = &event.event;
        let line = self.lines.get_or_default(&sold.goods);
        line.count += 1;
        line.cents += u64::from(sold.cents);
        let key = (event.id(), sold.goods.clone());
        let largest = self.largest.get_or_default(&key);
        *largest = (*largest).max(sold.cents);
        // What was changed before it fails must not count.
        assert!(sold.goods != "panic", "a bug in a projection");
        match &*sold.goods {
            "fail" => Err("these goods are not known".to_owned()),
            _ => Ok(()),
        }
    }

    #[query]
    fn lines(&self, _: Lines) -> Vec<(String, Line)> {
        self.lines.iter().collect()
    }

    #[query]
    fn largest(&self, question: Largest) -> Vec<(String, u32)> {
        self.largest.with_prefix(&question.0).map(|((_, goods), cents)| (goods, cents)).collect()
    }
}

/// The same question to a model that is in memory.
#[derive(Tables)]
pub struct InMind {
    lines: InMemory<std::collections::BTreeMap<String, Line>>,
}

#[value]
pub struct LinesInMind;

#[projection]
impl InMind {
    #[on]
    fn sold(&mut self, event: &Recorded<Sold>) {
        let sold = &event.event;
        let line = self.lines.entry(sold.goods.clone()).or_default();
        line.count += 1;
        line.cents += u64::from(sold.cents);
        assert!(sold.goods != "panic", "a bug in a projection");
    }

    #[query]
    fn lines(&self, _: LinesInMind) -> Vec<(String, Line)> {
        self.lines.iter().map(|(goods, line)| (goods.clone(), line.clone())).collect()
    }
}

#[system(aggregates(Till), projections(Goods, InMind))]
pub struct Market;

pub(crate) fn till(number: u32) -> TillId {
    TillId(number)
}

pub(crate) fn line(count: u32, cents: u64) -> Line {
    Line { count, cents }
}

async fn sell(market: &Handle<Market>, goods: &str, cents: u32) -> Sent {
    market.send(&till(1), Sell { goods: goods.to_owned(), cents }).await.unwrap()
}

pub(crate) fn named(lines: &[(&str, Line)]) -> Vec<(String, Line)> {
    lines.iter().map(|(goods, line)| ((*goods).to_owned(), line.clone())).collect()
}

/// What the rows should be: a plain recomputation from what is stored.
pub(crate) async fn recomputed(store: &Arc<dyn Store>) -> Vec<(String, Line)> {
    let mut lines = std::collections::BTreeMap::<String, Line>::new();
    let handle = Handle::<Market>::over(Arc::clone(store));
    for number in 0..10 {
        for event in handle.history::<Till>(&till(number), 0).await.unwrap() {
            let TillEvent::Sold(sold) = event.event;
            let line = lines.entry(sold.goods).or_default();
            line.count += 1;
            line.cents += u64::from(sold.cents);
        }
    }
    lines.into_iter().collect()
}

#[tokio::test]
async fn a_question_is_answered_from_rows_that_know_the_command() {
    let market = Market::open("memory:").await.unwrap();
    let _workers = market.start().await.unwrap();
    sell(&market, "apple", 30).await;
    let sent = sell(&market, "pear", 50).await;
    let lines = market.ask(Lines).after(&sent).await.unwrap();
    assert_eq!(lines, named(&[("apple", line(1, 30)), ("pear", line(1, 50))]));
    let sent = sell(&market, "apple", 40).await;
    assert_eq!(market.ask(Lines).after(&sent).await.unwrap()[0].1, line(2, 70));
    assert_eq!(market.ask(LinesInMind).after(&sent).await.unwrap()[0].1, line(2, 70));
    let largest = market.ask(Largest(till(1))).after(&sent).await.unwrap();
    assert_eq!(largest, [("apple".to_owned(), 40), ("pear".to_owned(), 50)]);
    assert_eq!(market.ask(Largest(till(10))).await.unwrap(), []);
}

#[tokio::test]
async fn who_asks_before_anything_runs_is_told() {
    let market = Market::open("memory:").await.unwrap();
    let error = market.ask(Lines).await.unwrap_err();
    assert_eq!(error, Error::NotStarted { projection: "goods" });
    let said = error.to_string();
    assert!(said.contains("call `start`"), "{said}");
}

#[tokio::test]
async fn who_waits_for_what_never_comes_is_told_how_far_it_is() {
    let market = Market::open("memory:").await.unwrap();
    let _workers = market.start().await.unwrap();
    sell(&market, "apple", 30).await;
    let ask = market.ask(Lines).after_position(9).within(Duration::from_millis(50));
    let error = ask.await.unwrap_err();
    assert!(matches!(error, Error::Behind { projection: "goods", wanted: 9, .. }), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn rows_go_on_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("market");
    for round in 1..=3 {
        let market = Handle::<Market>::over(Arc::new(EmbeddedStore::open(&path).unwrap()));
        // Stored while nobody takes it in.
        sell(&market, "apple", 10).await;
        let workers = market.start().await.unwrap();
        let sent = sell(&market, "apple", 10).await;
        let lines = market.ask(Lines).after(&sent).await.unwrap();
        assert_eq!(lines, named(&[("apple", line(2 * round, 20 * u64::from(round)))]));
        let in_mind = market.ask(LinesInMind).after(&sent).await.unwrap();
        assert_eq!(in_mind, lines);
        workers.stop().await;
    }
}

/// The positions of all events.
pub(crate) async fn positions(store: &Arc<dyn Store>) -> Vec<u64> {
    let events = store.read_all(0, 10_000).await.unwrap();
    events.iter().map(|event| event.position).collect()
}

/// Events at which the methods fail, always.
pub(crate) async fn put_aside(store: Arc<dyn Store>) {
    let market = Handle::<Market>::over(Arc::clone(&store));
    // The first page has good events before and behind the bad ones.
    for goods in ["apple", "panic", "pear", "fail", "panic", "apple"] {
        sell(&market, goods, 10).await;
    }
    let workers = market.start().await.unwrap();
    workers.settled().await.unwrap();
    let good = named(&[("apple", line(2, 20)), ("pear", line(1, 10))]);
    assert_eq!(market.ask(Lines).await.unwrap(), good);
    let at = positions(&store).await;
    let (first, second, third) = (at[1], at[3], at[4]);
    let parked = market.projection::<Goods>().unwrap().parked().await.unwrap();
    let problems: Vec<_> = parked.iter().map(|(at, event)| (*at, &*event.problem)).collect();
    let panicked = |at| format!("event {at}: it panicked: a bug in a projection");
    let failed = format!("event {second}: these goods are not known");
    assert_eq!(
        problems,
        [(first, &*panicked(first)), (second, &failed), (third, &*panicked(third))]
    );
    assert_eq!((&*parked[0].1.event_type, &*parked[0].1.id), ("Sold", "1"));
    // In memory, nothing of an event that failed may be left either.
    let in_mind = market.ask(LinesInMind).await.unwrap();
    let fails = named(&[("apple", line(2, 20)), ("fail", line(1, 10)), ("pear", line(1, 10))]);
    assert_eq!(in_mind, fails);
    let sent = sell(&market, "pear", 1).await;
    assert_eq!(market.ask(Lines).after(&sent).await.unwrap()[1].1, line(2, 11));

    // Whoever comes next neither tries them again nor counts the others again.
    workers.stop().await;
    let next = Handle::<Market>::over(store);
    let _workers = next.start().await.unwrap();
    let sent = sell(&next, "pear", 1).await;
    let good = named(&[("apple", line(2, 20)), ("pear", line(3, 12))]);
    assert_eq!(next.ask(Lines).after(&sent).await.unwrap(), good);
    assert_eq!(next.projection::<Goods>().unwrap().parked().await.unwrap(), parked);
}

#[tokio::test]
async fn an_event_that_cannot_be_taken_is_put_aside_and_the_rest_goes_on_in_memory() {
    put_aside(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn an_event_that_cannot_be_taken_is_put_aside_and_the_rest_goes_on_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    put_aside(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

#[tokio::test]
async fn a_projection_tells_how_far_it_is() {
    let market = Market::open("memory:").await.unwrap();
    let workers = market.start().await.unwrap();
    let sent = sell(&market, "apple", 10).await;
    workers.settled().await.unwrap();
    let goods = market.projection::<Goods>().unwrap();
    let status = goods.status().await.unwrap();
    assert_eq!((status.name, status.position, status.events_behind), ("goods", 1, 0));
    assert_eq!(status.state, ProjectionState::Live);

    goods.pause();
    sell(&market, "apple", 10).await;
    let last = sell(&market, "apple", 10).await;
    let status = goods.status().await.unwrap();
    assert_eq!((&status.state, status.events_behind), (&ProjectionState::Paused, 2));
    assert!(status.time_behind > SignedDuration::ZERO);
    // It goes on answering from what it knows.
    assert_eq!(market.ask(Lines).after(&sent).await.unwrap(), named(&[("apple", line(1, 10))]));
    goods.resume();
    let lines = market.ask(Lines).after(&last).await.unwrap();
    assert_eq!(lines, named(&[("apple", line(3, 30))]));
}

#[tokio::test]
async fn rows_are_made_anew_beside_those_that_answer() {
    let market = Market::open("memory:").await.unwrap();
    let _workers = market.start().await.unwrap();
    for _ in 0..100 {
        sell(&market, "apple", 1).await;
    }
    let goods = market.projection::<Goods>().unwrap();
    let in_mind = market.projection::<InMind>().unwrap();
    let asked = async {
        for count in 101..=200 {
            let sent = sell(&market, "apple", 1).await;
            let lines = market.ask(Lines).after(&sent).await.unwrap();
            assert_eq!(lines, named(&[("apple", line(count, u64::from(count)))]));
        }
    };
    let rebuilt = async {
        for _ in 0..5 {
            goods.rebuild().await.unwrap();
            in_mind.rebuild().await.unwrap();
        }
    };
    tokio::join!(asked, rebuilt);
    assert_eq!(market.ask(Lines).await.unwrap(), named(&[("apple", line(200, 200))]));
    assert_eq!(market.ask(LinesInMind).await.unwrap(), named(&[("apple", line(200, 200))]));
}

/// The spaces of a projection's rows in which there is something.
async fn generations(store: &Arc<dyn Store>) -> usize {
    let rows = store.rows().await.unwrap();
    let count = move || {
        let spaces = rows.spaces().unwrap().into_iter();
        let of_goods = spaces.filter(|space| space.starts_with("goods."));
        of_goods.filter(|space| rows.view(space).unwrap().checkpoint().unwrap() > 0).count()
    };
    tokio::task::spawn_blocking(count).await.unwrap()
}

/// Rows that are made anew, which is cut short at chance moments: those before answer all the time.
pub(crate) async fn cut_short_anew(store: Arc<dyn Store>, rounds: u32) {
    let mut random = Random::new(17);
    let (mut halves, mut wholes) = (0, 0);
    for round in 0..rounds {
        let market = Handle::<Market>::over(Arc::clone(&store));
        let workers = market.start().await.unwrap();
        let mut last = None;
        for _ in 0..=random.below(30) {
            let goods = ["apple", "pear", "fig"][random.below(3) as usize];
            let sell = Sell { goods: goods.to_owned(), cents: random.below(100) };
            last = Some(market.send(&till(random.below(3)), sell).await.unwrap());
        }
        let expected = recomputed(&store).await;
        assert_eq!(market.ask(Lines).after(&last.unwrap()).await.unwrap(), expected);
        let goods = market.projection::<Goods>().unwrap();
        {
            let mut rebuilt = std::pin::pin!(goods.rebuild());
            let mut done = false;
            for _ in 0..random.below(12) {
                // Never of less, whichever rows they are.
                assert_eq!(market.ask(Lines).await.unwrap(), expected);
                if !done && let Some(rebuilt) = rebuilt.as_mut().now_or_never() {
                    rebuilt.unwrap();
                    done = true;
                }
                tokio::task::yield_now().await;
            }
        }
        match random.below(2) {
            0 => drop(workers),
            _ => workers.stop().await,
        }
        match generations(&store).await {
            1 => wholes += 1,
            _ => halves += 1,
        }
        if round % 5 == 4 {
            let market = Handle::<Market>::over(Arc::clone(&store));
            let workers = market.start().await.unwrap();
            assert_eq!(market.ask(Lines).await.unwrap(), expected);
            workers.settled().await.unwrap();
            market.projection::<Goods>().unwrap().rebuild().await.unwrap();
            assert_eq!(market.ask(Lines).await.unwrap(), expected);
            workers.stop().await;
        }
    }
    assert!(halves > 0 && wholes > 0, "{halves} were cut short halfway, and {wholes} were not");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_made_anew_may_be_cut_short_in_memory() {
    cut_short_anew(Arc::new(MemoryStore::new()), 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_made_anew_may_be_cut_short_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    cut_short_anew(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), 100).await;
}

/// A later program, in which the projection of the same name counts otherwise.
mod later {
    use super::*;

    #[derive(Tables)]
    pub struct Goods {
        pub counts: Table<String, u32>,
    }

    #[value]
    pub struct Counts;

    #[projection]
    impl Goods {
        #[on]
        fn sold(&mut self, event: &Recorded<Sold>) {
            *self.counts.get_or_default(&event.event.goods) += 1;
        }

        #[query]
        fn counts(&self, _: Counts) -> Vec<(String, u32)> {
            self.counts.iter().collect()
        }
    }

    #[system(aggregates(Till), projections(Goods))]
    pub struct Market;
}

#[tokio::test]
async fn another_program_makes_its_own_rows() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let market = Handle::<Market>::over(Arc::clone(&store));
    let workers = market.start().await.unwrap();
    sell(&market, "apple", 10).await;
    let sent = sell(&market, "apple", 10).await;
    workers.settled().await.unwrap();
    workers.stop().await;
    for _ in 0..2 {
        let newer = Handle::<later::Market>::over(Arc::clone(&store));
        let workers = newer.start().await.unwrap();
        let counts = newer.ask(later::Counts).after(&sent).await.unwrap();
        assert_eq!(counts, [("apple".to_owned(), 2)]);
        workers.stop().await;
        // And back again, as when a release is taken back.
        let workers = market.start().await.unwrap();
        let lines = market.ask(Lines).after(&sent).await.unwrap();
        assert_eq!(lines, named(&[("apple", line(2, 20))]));
        workers.stop().await;
    }
}

#[tokio::test]
async fn a_store_that_was_exchanged_brings_new_rows() {
    let store = StoreDouble::new();
    let market = Handle::<Market>::over(Arc::new(store.clone()));
    let workers = market.start().await.unwrap();
    for _ in 0..3 {
        sell(&market, "apple", 10).await;
    }
    workers.settled().await.unwrap();
    workers.stop().await;

    // Another history, whose rows are those of the first.
    let rows = store.rows().await.unwrap();
    store.exchange(Arc::new(MemoryStore::new()));
    store.keep_rows(rows);
    let market = Handle::<Market>::over(Arc::new(store));
    let sent = sell(&market, "pear", 10).await;
    let _workers = market.start().await.unwrap();
    let lines = market.ask(Lines).after(&sent).await.unwrap();
    assert_eq!(lines, named(&[("pear", line(1, 10))]));
}

/// Sells by chance, and ends the workers at chance moments.
pub(crate) async fn cut_short(store: Arc<dyn Store>, rounds: u32) {
    let mut random = Random::new(7);
    let mut total = 0;
    for round in 0..rounds {
        let market = Handle::<Market>::over(Arc::clone(&store));
        let workers = market.start().await.unwrap();
        for _ in 0..random.below(20) {
            let goods = ["apple", "pear", "fig", "fail"][random.below(4) as usize];
            let sell = Sell { goods: goods.to_owned(), cents: random.below(100) };
            market.send(&till(random.below(3)), sell).await.unwrap();
            total += 1;
            for _ in 0..random.below(4) {
                tokio::task::yield_now().await;
            }
        }
        if round % 10 == 9 {
            workers.settled().await.unwrap();
            let mut expected = recomputed(&store).await;
            expected.retain(|(goods, _)| goods != "fail");
            assert_eq!(market.ask(Lines).await.unwrap(), expected);
        }
        match random.below(2) {
            0 => drop(workers),
            _ => workers.stop().await,
        }
    }
    assert!(total > 5 * rounds);
}

#[tokio::test]
async fn whoever_is_cut_short_counts_each_event_once_in_memory() {
    cut_short(Arc::new(MemoryStore::new()), 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_counts_each_event_once_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    cut_short(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), 200).await;
}

/// Two that both believe they are the one, each with its own way to the store: neither can write what
/// the other has written.
pub(crate) async fn both_believe(stores: [Arc<dyn Store>; 2]) {
    let mut markets = Vec::new();
    for store in &stores {
        let market = Handle::<Market>::over(Arc::new(all_lead(Arc::clone(store)).await));
        let workers = market.start().await.unwrap();
        markets.push((market, workers));
    }
    let mut random = Random::new(13);
    let mut last = None;
    for number in 0..300 {
        let goods = ["apple", "pear", "fig"][random.below(3) as usize];
        let sell = Sell { goods: goods.to_owned(), cents: random.below(100) };
        let (market, _) = &markets[number % 2];
        last = Some(market.send(&till(number as u32 % 3), sell).await.unwrap());
    }
    let expected = recomputed(&stores[0]).await;
    assert_eq!(expected.iter().map(|(_, line)| line.count).sum::<u32>(), 300);
    for (market, _) in &markets {
        assert_eq!(market.ask(Lines).after(last.as_ref().unwrap()).await.unwrap(), expected);
        let state = market.projection::<Goods>().unwrap().status().await.unwrap().state;
        assert_ne!(state, ProjectionState::Following);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_both_believe_they_are_the_one_count_each_event_once_in_memory() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    both_believe([Arc::clone(&store), store]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_both_believe_they_are_the_one_count_each_event_once_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(folder.path()).unwrap());
    both_believe([Arc::clone(&store), store]).await;
}

/// The goods at which a method fails now.
static FAILING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

mod stopping {
    use super::*;

    #[derive(Tables)]
    pub struct Strict {
        pub counts: Table<String, u32>,
    }

    #[value]
    pub struct Counted;

    #[projection(on_failure = stop)]
    impl Strict {
        #[on]
        fn sold(&mut self, event: &Recorded<Sold>) -> Result<(), &'static str> {
            *self.counts.get_or_default(&event.event.goods) += 1;
            match FAILING.lock().unwrap().contains(&event.event.goods) {
                false => Ok(()),
                true => Err("not today"),
            }
        }

        #[query]
        fn counted(&self, _: Counted) -> u32 {
            self.counts.iter().map(|(_, count)| count).sum()
        }
    }

    #[system(aggregates(Till), projections(Strict))]
    pub struct Market;
}

/// A method that fails at these goods, where the projection stops then.
pub(crate) async fn stopped_at(goods: &str, store: Arc<dyn Store>) {
    let start = || async {
        let market = Handle::<stopping::Market>::over(Arc::clone(&store));
        let workers = market.start().await.unwrap();
        (market, workers)
    };
    let (market, workers) = start().await;
    let sell = |goods: &str| Sell { goods: goods.to_owned(), cents: 1 };
    let sent = market.send(&till(1), sell(goods)).await.unwrap();
    assert_eq!(market.ask(stopping::Counted).after(&sent).await.unwrap(), 1);
    FAILING.lock().unwrap().insert(goods.to_owned());
    let failed = market.send(&till(1), sell(goods)).await.unwrap();
    let behind = market.send(&till(1), sell("pear")).await.unwrap();
    let at = failed.receipt().unwrap().position;
    let reason = format!("the projection `strict` has stopped: event {at}: not today");
    let is_stopped = async |market: &Handle<stopping::Market>| {
        let error = market.ask(stopping::Counted).after(&behind).await.unwrap_err();
        assert_eq!(error.to_string(), reason);
        // What it knows it still answers.
        assert_eq!(market.ask(stopping::Counted).await.unwrap(), 1);
    };
    is_stopped(&market).await;
    workers.stop().await;
    let (market, _workers) = start().await;
    is_stopped(&market).await;
    FAILING.lock().unwrap().remove(goods);
    market.projection::<stopping::Strict>().unwrap().rebuild().await.unwrap();
    assert_eq!(market.ask(stopping::Counted).after(&behind).await.unwrap(), 3);
}

#[tokio::test]
async fn a_projection_that_stops_says_at_which_event_and_can_be_made_anew_in_memory() {
    stopped_at("apple", Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn a_projection_that_stops_says_at_which_event_and_can_be_made_anew_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    stopped_at("fig", Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

/// A program that knows an older version of the event only.
mod older {
    use super::*;

    #[aggregate(domain = "it", id = TillId, name = "scale")]
    #[derive(Default)]
    pub struct Scale {}

    #[command(Scale)]
    pub struct Weigh;

    #[event(Scale)]
    pub struct Weighed;

    #[state_machine(initial Open)]
    impl Scale {
        #[transition(Open)]
        fn weigh(&self, _: Weigh) -> Weighed {
            Weighed
        }
    }

    #[derive(Tables)]
    pub struct Count {
        pub total: Table<String, u32>,
    }

    #[value]
    pub struct Total;

    #[projection]
    impl Count {
        #[on]
        fn weighed(&mut self, _: &Recorded<Weighed>) {
            *self.total.get_or_default(&String::new()) += 1;
        }

        #[query]
        fn total(&self, _: Total) -> u32 {
            self.total.get(&String::new()).unwrap_or(0)
        }
    }

    #[system(aggregates(Scale), projections(Count))]
    pub struct Market;
}

mod newer {
    use super::*;

    #[aggregate(domain = "it", id = TillId, name = "scale")]
    #[derive(Default)]
    pub struct Scale {}

    #[command(Scale)]
    pub struct Weigh;

    #[event(Scale, version = 2, upcast = v1::Weighed, unread)]
    pub struct Weighed {
        pub grams: u32,
    }

    pub mod v1 {
        use super::*;

        #[event(Scale)]
        pub struct Weighed;

        impl From<Weighed> for super::Weighed {
            fn from(_: Weighed) -> Self {
                Self { grams: 0 }
            }
        }
    }

    #[state_machine(initial Open)]
    impl Scale {
        #[transition(Open)]
        fn weigh(&self, _: Weigh) -> Weighed {
            Weighed { grams: 5 }
        }
    }

    #[derive(Tables)]
    pub struct Count {
        pub grams: Table<String, Vec<u32>>,
    }

    #[value]
    pub struct Grams;

    #[projection]
    impl Count {
        #[on]
        fn weighed(&mut self, event: &Recorded<Weighed>) {
            self.grams.get_or_default(&String::new()).push(event.event.grams);
        }

        #[query]
        fn grams(&self, _: Grams) -> Vec<u32> {
            self.grams.get(&String::new()).unwrap_or_default()
        }
    }

    #[system(aggregates(Scale), projections(Count))]
    pub struct Market;
}

/// An event that a newer program has stored, in a version that this one does not know.
pub(crate) async fn of_a_newer_version(store: Arc<dyn Store>) {
    let old = Handle::<older::Market>::over(Arc::clone(&store));
    let workers = old.start().await.unwrap();
    let sent = old.send(&till(1), older::Weigh).await.unwrap();
    assert_eq!(old.ask(older::Total).after(&sent).await.unwrap(), 1);
    let new = Handle::<newer::Market>::over(Arc::clone(&store));
    let newer = new.send(&till(1), newer::Weigh).await.unwrap();
    let behind = old.send(&till(2), older::Weigh).await.unwrap();
    let at = newer.receipt().unwrap().position;
    let is_stopped = async |old: &Handle<older::Market>| {
        let error = old.ask(older::Total).after(&behind).await.unwrap_err().to_string();
        let expected = format!("event {at} cannot be read: ");
        assert!(
            error.contains(&expected) && error.contains("`Weighed` is stored with version 2"),
            "{error}"
        );
        assert_eq!(old.ask(older::Total).await.unwrap(), 1, "nothing behind it is taken");
    };
    is_stopped(&old).await;
    workers.stop().await;
    let old = Handle::<older::Market>::over(store);
    let workers = old.start().await.unwrap();
    is_stopped(&old).await;
    workers.stop().await;
    // Nor has anything been put aside: who can read all of them has all of them.
    let _workers = new.start().await.unwrap();
    assert_eq!(new.ask(newer::Grams).after(&behind).await.unwrap(), [0, 5, 0]);
}

#[tokio::test]
async fn an_event_of_a_newer_version_stops_and_is_not_skipped_in_memory() {
    of_a_newer_version(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn an_event_of_a_newer_version_stops_and_is_not_skipped_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    of_a_newer_version(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}
