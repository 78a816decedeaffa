//! Reactions happen once, whatever is cut short, and whoever believes to be the one.

use std::sync::Arc;

use cim_runtime::prelude::*;
use cim_runtime::rows::{Lead, RowBatch, RowStore, RowView};
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store, StoreError, StoreErrorKind};
use futures::future::BoxFuture;

use crate::chance::Random;
use crate::doubles::{StoreDouble, all_lead};

#[derive(DomainId)]
pub struct BellId(u32);

#[aggregate(domain = "it", id = BellId)]
#[derive(Default)]
pub struct Bell {}

#[command(Bell)]
pub struct Ring {
    pub times: u32,
}

#[event(Bell, unread)]
pub struct Rung {
    pub number: u32,
}

#[state_machine(initial Still)]
impl Bell {
    #[transition(Still)]
    fn ring(&self, cmd: Ring) -> Vec<Rung> {
        (0..cmd.times).map(|number| Rung { number }).collect()
    }
}

/// What was heard of a bell, and how often in all.
#[aggregate(domain = "it", id = BellId)]
#[derive(Default)]
pub struct Ear {
    pub heard: u32,
    pub echoes: u32,
}

#[command(Ear)]
pub struct Hear;

#[command(Ear)]
pub struct Echo;

#[event(Ear)]
pub struct Heard;

#[event(Ear)]
pub struct Echoed;

#[state_machine(initial Open)]
impl Ear {
    #[transition(Open)]
    fn hear(&self, _: Hear) -> Heard {
        Heard
    }

    #[transition(Open)]
    fn echo(&self, _: Echo) -> Echoed {
        Echoed
    }

    #[apply]
    fn heard(&mut self, _: &Heard) {
        self.heard += 1;
    }

    #[apply]
    fn echoed(&mut self, _: &Echoed) {
        self.echoes += 1;
    }
}

/// What is rung is heard, by two ears if the number is even; what is heard three times echoes later.
#[derive(Tables)]
pub struct Hearing {
    heard: Table<BellId, u32>,
}

const DEAF: u32 = 99;

pub(crate) fn ear(number: u32) -> BellId {
    BellId(number)
}

#[policy]
impl Hearing {
    #[on]
    fn rung(&mut self, event: &Recorded<Rung>) -> Vec<To<Hear>> {
        let both = [event.id(), ear(DEAF)];
        let ears = if event.event.number.is_multiple_of(2) { &both[..] } else { &both[..1] };
        ears.iter().map(|id| Hear.to(id.clone())).collect()
    }

    #[on]
    fn heard(&mut self, event: &Recorded<Heard>) -> Option<To<Echo>> {
        let heard = self.heard.get_or_default(&event.id());
        *heard += 1;
        (heard.is_multiple_of(3)).then(|| Echo.to(event.id()).after(1.millisecond()))
    }
}

#[system(aggregates(Bell, Ear), policies(Hearing))]
pub struct Tower;

/// What each ear should have: a plain recomputation from what was rung.
pub(crate) async fn check(tower: &Handle<Tower>, rung: &[(u32, u32)]) {
    let mut deaf = 0;
    for bell in 0..3 {
        let of_bell = rung.iter().filter(|(number, _)| *number == bell);
        let times: Vec<u32> = of_bell.map(|(_, times)| *times).collect();
        deaf += times.iter().map(|times| times.div_ceil(2)).sum::<u32>();
        let heard = times.iter().sum::<u32>();
        let found = tower.load::<Ear>(&ear(bell)).await.unwrap();
        assert_eq!((found.heard, found.echoes), (heard, heard / 3), "ear {bell}");
    }
    let found = tower.load::<Ear>(&ear(DEAF)).await.unwrap();
    assert_eq!((found.heard, found.echoes), (deaf, deaf / 3), "the deaf ear");
}

/// Waits until what is due in a moment was sent as well.
pub(crate) async fn all_done(workers: &cim_runtime::system::Workers) {
    loop {
        workers.settled().await.unwrap();
        if workers.next_due().is_none() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Rings by chance, and ends the workers at chance moments.
pub(crate) async fn cut_short(store: Arc<dyn Store>, rounds: u32) {
    let mut random = Random::new(11);
    let mut rung = Vec::new();
    for round in 0..rounds {
        // Each a new process, as far as its memory goes.
        let tower = Handle::<Tower>::over(Arc::clone(&store));
        let workers = tower.start().await.unwrap();
        for _ in 0..random.below(6) {
            let (bell, times) = (random.below(3), random.below(5));
            tower.send(&ear(bell), Ring { times }).await.unwrap();
            rung.push((bell, times));
            for _ in 0..random.below(30) {
                tokio::task::yield_now().await;
            }
        }
        if round % 10 == 9 {
            all_done(&workers).await;
            check(&tower, &rung).await;
        }
        match random.below(2) {
            0 => drop(workers),
            _ => workers.stop().await,
        }
    }
}

#[tokio::test]
async fn whoever_is_cut_short_reacts_once_in_memory() {
    cut_short(Arc::new(MemoryStore::new()), 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_reacts_once_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    cut_short(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), 200).await;
}

/// Processes that all believe they are the one, each with its own way to the store.
pub(crate) async fn all_believe(stores: Vec<Arc<dyn Store>>) {
    let mut towers = Vec::new();
    for store in stores {
        let tower = Handle::<Tower>::over(Arc::new(all_lead(store).await));
        let workers = tower.start().await.unwrap();
        towers.push((tower, workers));
    }
    let mut rung = Vec::new();
    for number in 0..60 {
        let (tower, _) = &towers[number as usize % towers.len()];
        tower.send(&ear(number % 3), Ring { times: 3 }).await.unwrap();
        rung.push((number % 3, 3));
    }
    for (_, workers) in &towers {
        all_done(workers).await;
    }
    for (tower, _) in &towers {
        check(tower, &rung).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_that_all_believe_they_are_the_one_each_reaction_happens_once_in_memory() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    all_believe(vec![store; 3]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_that_all_believe_they_are_the_one_each_reaction_happens_once_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(folder.path()).unwrap());
    all_believe(vec![store; 3]).await;
}

/// Rows that fail by chance: before a batch is written, or behind it.
#[derive(Debug)]
pub(crate) struct Shaky {
    rows: Arc<dyn RowStore>,
    random: std::sync::Mutex<Random>,
}

impl Shaky {
    pub(crate) fn new(rows: Arc<dyn RowStore>, seed: u64) -> Self {
        Self { rows, random: Random::new(seed).into() }
    }
}

impl RowStore for Shaky {
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        self.rows.view(space)
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        let broken = || StoreError::new(StoreErrorKind::Io, "a cable was pulled");
        match self.random.lock().unwrap().below(8) {
            0 => Err(broken()),
            1 => self.rows.commit(space, batch).and(Err(broken())),
            _ => self.rows.commit(space, batch),
        }
    }

    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        self.rows.claim(space)
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        self.rows.clear(space)
    }

    fn lead(&self, _: &str) -> BoxFuture<'static, Result<Lead, StoreError>> {
        Box::pin(std::future::ready(Ok(Lead::alone())))
    }
}

#[tokio::test(start_paused = true)]
async fn rows_that_fail_before_or_behind_a_write_double_nothing() {
    let store = StoreDouble::new();
    let rows = store.rows().await.unwrap();
    store.keep_rows(Arc::new(Shaky::new(rows, 3)));
    let tower = Handle::<Tower>::over(Arc::new(store));
    let workers = tower.start().await.unwrap();
    let mut rung = Vec::new();
    for number in 0..100 {
        tower.send(&ear(number % 3), Ring { times: 2 }).await.unwrap();
        rung.push((number % 3, 2));
        if number % 10 == 0 {
            workers.settled().await.unwrap();
        }
    }
    all_done(&workers).await;
    check(&tower, &rung).await;
}

#[tokio::test]
async fn a_reaction_names_its_event_and_its_root() {
    let tower = Tower::open("memory:").await.unwrap();
    let workers = tower.start().await.unwrap();
    let sent = tower.acting_as("alice").send(&ear(1), Ring { times: 1 }).await.unwrap();
    all_done(&workers).await;
    let rung = &tower.history::<Bell>(&ear(1), 0).await.unwrap()[0];
    let heard = &tower.history::<Ear>(&ear(1), 0).await.unwrap()[0];
    assert_eq!(heard.causation, cim_runtime::Causation::Event(rung.cid));
    assert_eq!(heard.correlation, sent.receipt().unwrap().command_id);
    assert_eq!(heard.actor, Actor::new("policy:hearing"));
    assert_eq!(cim_runtime::policy::depth_of(heard.command_id), 1);
}

/// What becomes due while nothing runs.
pub(crate) async fn due_meanwhile(store: Arc<dyn Store>) {
    let clock = cim_runtime::ManualEnvironment::new(1);
    let start = || {
        let (store, clock) = (Arc::clone(&store), clock.clone());
        cim_runtime::testing::Simulation::<Tower>::start_on(store, clock)
    };
    let tower = start().await.unwrap();
    tower.send(&ear(1), Ring { times: 5 }).await.unwrap();
    tower.settled().await.unwrap();
    assert_eq!(tower.load::<Ear>(&ear(1)).await.unwrap().heard, 5);
    drop(tower);
    clock.set(clock.time() + SignedDuration::from_hours(1));
    for round in 1..=2 {
        let tower = start().await.unwrap();
        // It leads once it has reacted to something: before, it does not know what is due.
        tower.send(&ear(2), Ring { times: 1 }).await.unwrap();
        while tower.load::<Ear>(&ear(2)).await.unwrap().heard < round {
            tower.settled().await.unwrap();
            tokio::task::yield_now().await;
        }
        tower.settled().await.unwrap();
        let found = tower.load::<Ear>(&ear(1)).await.unwrap();
        assert_eq!((found.heard, found.echoes), (5, 1));
    }
}

#[tokio::test]
async fn what_became_due_while_nothing_ran_is_sent_once_on_return() {
    let folder = tempfile::tempdir().unwrap();
    due_meanwhile(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

#[tokio::test]
async fn the_same_commands_bring_the_same_blocks() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let tower = cim_runtime::testing::Simulation::<Tower>::start().await.unwrap();
        for number in 0..10 {
            tower.send(&ear(number % 2), Ring { times: 3 }).await.unwrap();
            tower.advance(5.milliseconds()).await.unwrap();
        }
        let events = tower.store().read_all(0, 1000).await.unwrap();
        let mut cids: Vec<_> = events.iter().map(|event| event.cid.to_string()).collect();
        assert_eq!(cids.len(), 30 + 30 + 20 + 16);
        cids.sort();
        runs.push(cids);
    }
    assert_eq!(runs[0], runs[1]);
}
