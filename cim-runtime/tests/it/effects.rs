//! Effects: at least once each, and their commands once, whatever is cut short.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use cim_runtime::policy::{DeadLetter, EffectOutcome};
use cim_runtime::prelude::*;
use cim_runtime::rows::{RowBatch, RowStore, RowView};
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store, StoreError};
use cim_runtime::testing::Simulation;
use cim_runtime::{Environment as _, ManualEnvironment, Options};

use crate::chance::Random;
use crate::doubles::StoreDouble;

#[derive(DomainId)]
pub struct ReaderId(u32);

/// Somebody who gets mail.
#[aggregate(domain = "it", id = ReaderId)]
#[derive(Default)]
pub struct Reader {
    pub greeted: Vec<String>,
}

#[command(Reader)]
pub struct Write {
    pub text: String,
}

#[command(Reader)]
pub struct Greet {
    pub key: String,
}

#[event(Reader, unread)]
pub struct Written {
    pub text: String,
}

#[event(Reader)]
pub struct Greeted {
    pub key: String,
}

#[state_machine(initial Known)]
impl Reader {
    #[transition(Known)]
    fn write(&self, cmd: Write) -> Written {
        Written { text: cmd.text }
    }

    #[transition(Known)]
    fn greet(&self, cmd: Greet) -> Greeted {
        Greeted { key: cmd.key }
    }

    #[apply]
    fn greeted(&mut self, event: &Greeted) {
        self.greeted.push(event.key.clone());
    }
}

/// A service that sends mail, or fails to.
#[derive(Clone, Default)]
pub struct Mailer {
    clock: ManualEnvironment,
    sent: Arc<Mutex<Vec<(String, String)>>>,
    /// How many mails are on their way, now and at most.
    at_once: Arc<(AtomicU32, AtomicU32)>,
}

#[derive(Debug)]
pub struct MailError(String);

impl std::fmt::Display for MailError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Mailer {
    /// Sends a text, which says how: `fails` so many times, `hangs`, `panics`, or `takes` so many
    /// seconds.
    async fn send(&self, effect: &Effect, text: &str) -> Result<(), MailError> {
        let (now, most) = &*self.at_once;
        most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
        let _over = Over(now);
        self.try_send(effect, text).await
    }

    async fn try_send(&self, effect: &Effect, text: &str) -> Result<(), MailError> {
        let number = |prefix| text.strip_prefix(prefix).and_then(|number| number.parse().ok());
        if number("fails ").is_some_and(|times: u32| effect.attempt() <= times) {
            return Err(MailError(format!("no line ({})", effect.attempt())));
        }
        if let Some(seconds) = number("takes ") {
            effect.pause(SignedDuration::from_secs(seconds.into())).await;
        }
        if text == "hangs" {
            self.clock.until(Timestamp::MAX).await;
        }
        assert!(text != "panics", "a bug in an effect");
        self.sent.lock().unwrap().push((effect.key().to_owned(), text.to_owned()));
        Ok(())
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }
}

/// Also one that is given up is over.
struct Over<'a>(&'a AtomicU32);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[policy(ends = "who is greeted writes nothing")]
pub async fn mail(
    event: &Recorded<Written>,
    effect: &Effect,
    mailer: &Mailer,
) -> Result<To<Greet>, MailError> {
    mailer.send(effect, &event.event.text).await?;
    Ok(Greet { key: effect.key().to_owned() }.to(event.id()))
}

/// Takes less time than an effect.
#[policy]
pub fn greet_at_once(event: &Recorded<Written>) -> Option<To<Greet>> {
    (event.event.text == "greet me").then(|| Greet { key: "at once".to_owned() }.to(event.id()))
}

#[derive(Tables)]
pub struct Texts {
    texts: Table<u64, String>,
}

#[value]
pub struct AllTexts {}

#[projection]
impl Texts {
    #[on]
    fn written(&mut self, event: &Recorded<Written>) {
        self.texts.insert(&event.position, event.event.text.clone());
    }

    #[query]
    fn all(&self, _: AllTexts) -> Vec<String> {
        self.texts.iter().map(|(_, text)| text).collect()
    }
}

#[system(aggregates(Reader), policies(mail, greet_at_once), projections(Texts))]
pub struct Library;

async fn library() -> (Simulation<Library>, Mailer) {
    let clock = ManualEnvironment::default();
    let mailer = Mailer { clock: clock.clone(), ..Mailer::default() };
    let options = Options::default().provide(mailer.clone());
    let store = Arc::new(MemoryStore::new());
    (Simulation::start_on_with(store, clock, options).await.unwrap(), mailer)
}

async fn write(library: &Handle<Library>, reader: u32, text: &str) {
    library.send(&ReaderId(reader), Write { text: text.to_owned() }).await.unwrap();
}

async fn greeted(library: &Handle<Library>, reader: u32) -> usize {
    library.load::<Reader>(&ReaderId(reader)).await.unwrap().greeted.len()
}

async fn dead(library: &Simulation<Library>) -> Vec<((u64, u32), DeadLetter)> {
    library.workers().dead_letters("mail").unwrap().list().await.unwrap()
}

async fn outcome(library: &Simulation<Library>, position: u64) -> Option<EffectOutcome> {
    library.workers().effects("mail").unwrap().outcome(position).await.unwrap()
}

#[tokio::test]
async fn an_effect_acts_on_the_world_and_answers() {
    let (library, mailer) = library().await;
    write(&library, 1, "hello").await;
    library.settled().await.unwrap();
    assert_eq!(mailer.sent(), ["hello"]);
    let history = library.history::<Reader>(&ReaderId(1), 0).await.unwrap();
    let [written, greeted] = &history[..] else { panic!("two events: {history:?}") };
    let key = format!("mail:{}", written.cid);
    assert_eq!(greeted.event, ReaderEvent::Greeted(Greeted { key }));
    assert_eq!(greeted.causation, cim_runtime::Causation::Event(written.cid));
    assert_eq!(greeted.actor, Actor::new("policy:mail"));
    let done = EffectOutcome { at: library.clock().time(), attempts: 1, error: None };
    assert_eq!(outcome(&library, 1).await, Some(done));
    assert_eq!(outcome(&library, 2).await, None, "nobody takes it");
    assert!(library.workers().effects("greet_at_once").is_none(), "it is no effect");
}

#[tokio::test]
async fn an_effect_that_fails_is_tried_again_later() {
    let (library, mailer) = library().await;
    let begun = library.clock().time();
    write(&library, 1, "fails 3").await;
    write(&library, 1, "after it").await;
    write(&library, 2, "of somebody else").await;
    library.settled().await.unwrap();
    assert_eq!(mailer.sent(), ["of somebody else"]);
    assert_eq!(outcome(&library, 1).await, None);
    assert_eq!(library.workers().next_due(), Some(begun + SignedDuration::from_secs(1)));
    library.advance(6.seconds()).await.unwrap();
    assert_eq!(mailer.sent().len(), 1);
    library.advance(1.second()).await.unwrap();
    assert_eq!(mailer.sent(), ["of somebody else", "fails 3", "after it"]);
    let at = begun + SignedDuration::from_secs(7);
    assert_eq!(outcome(&library, 1).await, Some(EffectOutcome { at, attempts: 4, error: None }));
    assert_eq!((greeted(&library, 1).await, greeted(&library, 2).await), (2, 1));
}

#[tokio::test]
async fn an_effect_that_always_fails_is_reported_in_the_end() {
    let (library, mailer) = library().await;
    write(&library, 1, "fails 14").await;
    write(&library, 1, "after it").await;
    library.advance(2.hours()).await.unwrap();
    assert_eq!(mailer.sent(), ["after it"]);
    let letters = dead(&library).await;
    let [((1, 0), letter)] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!((&*letter.reason, letter.event_type.as_deref()), ("no line (10)", Some("Written")));
    let given_up = outcome(&library, 1).await.unwrap();
    assert_eq!((given_up.attempts, given_up.error.as_deref()), (10, Some("no line (10)")));
    // Again, as if it had never been tried.
    let list = library.workers().dead_letters("mail").unwrap();
    assert!(list.retry((1, 0)).await.unwrap());
    library.advance(2.hours()).await.unwrap();
    assert_eq!(dead(&library).await, letters);
    assert!(list.discard((1, 0)).await.unwrap());
    assert_eq!(greeted(&library, 1).await, 1);
}

#[tokio::test]
async fn an_effect_has_so_much_time() {
    let (library, mailer) = library().await;
    write(&library, 1, "hangs").await;
    write(&library, 2, "takes 29").await;
    library.advance(29.seconds()).await.unwrap();
    assert_eq!(mailer.sent(), ["takes 29"]);
    library.advance(2.hours()).await.unwrap();
    let letters = dead(&library).await;
    assert_eq!(letters[0].1.reason, "it was not done within 30 s");
    assert_eq!(letters.len(), 1);
}

#[tokio::test]
async fn an_effect_that_panics_has_failed() {
    let (library, _) = library().await;
    write(&library, 1, "panics").await;
    library.advance(2.hours()).await.unwrap();
    assert_eq!(dead(&library).await[0].1.reason, "it panicked: a bug in an effect");
}

#[tokio::test]
async fn so_many_are_acted_on_at_once() {
    let (library, mailer) = library().await;
    for reader in 0..20 {
        write(&library, reader, "takes 10").await;
    }
    library.advance(10.seconds()).await.unwrap();
    assert_eq!(mailer.sent().len(), 8);
    library.advance(20.seconds()).await.unwrap();
    assert_eq!((mailer.sent().len(), mailer.at_once.1.load(Ordering::Relaxed)), (20, 8));
}

#[tokio::test]
async fn an_effect_holds_nothing_up() {
    let (library, mailer) = library().await;
    for reader in 0..8 {
        write(&library, reader, "hangs").await;
    }
    write(&library, 9, "greet me").await;
    // Time does not pass.
    library.advance(0.seconds()).await.unwrap();
    assert_eq!(greeted(&library, 9).await, 1);
    let texts = library.ask(AllTexts {}).await.unwrap();
    assert_eq!((texts.len(), texts[8].as_str()), (9, "greet me"));
    assert_eq!(mailer.sent(), [""; 0]);
}

#[tokio::test]
async fn what_an_effect_needs_must_be_provided() {
    let error = Simulation::<Library>::start().await.unwrap_err().to_string();
    let sentence = "the policy `mail` needs a `it::effects::Mailer`, which nobody has provided: call \
                    `provide` on the handle, or on its options, before `start`";
    assert_eq!(error, sentence);
    let library = Library::open("memory:").await.unwrap();
    let workers = library.provide(Mailer::default()).start().await.unwrap();
    write(&library, 1, "hello").await;
    workers.settled().await.unwrap();
    assert_eq!(greeted(&library, 1).await, 1);
}

// Keys, and answers of nothing.

#[policy(timeout_seconds = 2, at_once = 1, attempts = 2, on_failure = stop)]
pub async fn strict(event: &Recorded<Written>, effect: &Effect, mailer: &Mailer) {
    let sent = mailer.send(effect, &event.event.text).await;
    assert!(sent.is_ok(), "no line");
}

#[system(aggregates(Reader), policies(strict))]
pub struct Strict;

#[tokio::test]
async fn an_effect_may_stop_where_it_fails() {
    let mailer = Mailer::default();
    let options = Options::default().provide(mailer.clone());
    let strict = Simulation::<Strict>::start_with(options).await.unwrap();
    let write = async |reader, text: &str| {
        strict.send(&ReaderId(reader), Write { text: text.to_owned() }).await.unwrap();
    };
    write(1, "hello").await;
    strict.settled().await.unwrap();
    write(1, "takes 3").await;
    write(2, "hello").await;
    let error = strict.advance(1.hour()).await.unwrap_err();
    let Error::Stopped { reason, .. } = error else { panic!("stopped: {error}") };
    assert_eq!(reason, "event 2: it was not done within 2 s");
    assert_eq!(mailer.at_once.1.load(Ordering::Relaxed), 1);
}

/// Takes whatever happens to a reader.
#[policy]
pub async fn log(event: &Recorded<AnyOf<Reader>>, effect: &Effect, mailer: &Mailer) {
    let sent = mailer.send(effect, event.event.name()).await;
    assert!(sent.is_ok(), "no line");
}

#[system(aggregates(Reader), policies(log))]
pub struct Logged;

#[tokio::test]
async fn an_effect_may_take_any_event() {
    let mailer = Mailer::default();
    let options = Options::default().provide(mailer.clone());
    let logged = Simulation::<Logged>::start_with(options).await.unwrap();
    logged.send(&ReaderId(1), Write { text: "hello".to_owned() }).await.unwrap();
    logged.send(&ReaderId(1), Greet { key: "any".to_owned() }).await.unwrap();
    logged.settled().await.unwrap();
    assert_eq!(mailer.sent(), ["Written", "Greeted"]);
}

// Whatever is cut short.

/// Remembers each call, and answers otherwise each time: with another target.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeMap<String, u32>>>);

const TARGETS: u32 = 3;

#[policy(ends = "who is greeted writes nothing", at_once = 4)]
pub async fn call(event: &Recorded<Written>, effect: &Effect, calls: &Calls) -> Vec<To<Greet>> {
    for _ in 0..event.version % 7 {
        tokio::task::yield_now().await;
    }
    let key = effect.key().to_owned();
    let number = {
        let mut calls = calls.0.lock().unwrap();
        let number = calls.entry(key.clone()).or_default();
        *number += 1;
        *number
    };
    tokio::task::yield_now().await;
    let greet = |target| Greet { key: key.clone() }.to(ReaderId(1000 + target));
    // What was answered first is what counts, if it was written down.
    vec![greet(number % TARGETS), greet(TARGETS + number % TARGETS)]
}

#[system(aggregates(Reader), policies(call))]
pub struct Callers;

/// Each event was called for at least once, and greeted with both of one answer's commands.
pub(crate) async fn check(callers: &Handle<Callers>, calls: &Calls, written: usize) {
    let calls = calls.0.lock().unwrap().clone();
    assert_eq!(calls.len(), written);
    let mut greeted: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for target in 0..2 * TARGETS {
        let reader = callers.load::<Reader>(&ReaderId(1000 + target)).await.unwrap();
        for key in &reader.greeted {
            greeted.entry(key.clone()).or_default().push(target);
        }
    }
    assert_eq!(greeted.len(), written);
    for (key, targets) in greeted {
        assert_eq!(targets.len(), 2, "{key}: {targets:?}");
        assert_eq!(targets[1], targets[0] + TARGETS, "{key}: of one answer");
    }
}

/// Writes by chance, and ends the workers at chance moments; returns how many calls were doubled.
pub(crate) async fn cut_short(store: Arc<dyn Store>, rounds: u32) -> u32 {
    let (mut random, mut written, calls) = (Random::new(17), 0, Calls::default());
    for round in 0..rounds {
        let callers = Handle::<Callers>::over(Arc::clone(&store)).provide(calls.clone());
        let workers = callers.start().await.unwrap();
        for _ in 0..random.below(6) {
            let write = Write { text: "hello".to_owned() };
            callers.send(&ReaderId(random.below(4)), write).await.unwrap();
            written += 1;
            for _ in 0..random.below(40) {
                tokio::task::yield_now().await;
            }
        }
        if round % 10 == 9 {
            workers.settled().await.unwrap();
            check(&callers, &calls, written).await;
        }
        match random.below(2) {
            0 => drop(workers),
            _ => workers.stop().await,
        }
    }
    let calls: u32 = calls.0.lock().unwrap().values().sum();
    calls - written as u32
}

#[tokio::test]
async fn the_commands_of_an_effect_that_is_cut_short_count_once_in_memory() {
    let doubled = cut_short(Arc::new(MemoryStore::new()), 200).await;
    assert!(doubled > 0, "no call was cut short");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_of_an_effect_that_is_cut_short_count_once_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    cut_short(Arc::new(EmbeddedStore::open(folder.path()).unwrap()), 200).await;
}

#[tokio::test(start_paused = true)]
async fn rows_that_fail_around_a_write_double_no_command_of_an_effect() {
    let store = StoreDouble::new();
    let rows = store.rows().await.unwrap();
    store.keep_rows(Arc::new(crate::reactions::Shaky::new(rows, 8)));
    let calls = Calls::default();
    let callers = Handle::<Callers>::over(Arc::new(store)).provide(calls.clone());
    let workers = callers.start().await.unwrap();
    for number in 0..100 {
        let write = Write { text: "hello".to_owned() };
        callers.send(&ReaderId(number % 4), write).await.unwrap();
        if number % 10 == 0 {
            workers.settled().await.unwrap();
        }
    }
    workers.settled().await.unwrap();
    check(&callers, &calls, 100).await;
}

/// Rows of which few can be written as one.
#[derive(Debug)]
struct Narrow(Arc<dyn RowStore>);

impl RowStore for Narrow {
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        self.0.view(space)
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        assert!(batch.rows.len() <= self.most_rows(), "{} rows", batch.rows.len());
        self.0.commit(space, batch)
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        self.0.clear(space)
    }

    fn most_rows(&self) -> usize {
        26
    }
}

#[policy(ends = "who is greeted writes nothing")]
pub async fn greet_all(event: &Recorded<Written>, calls: &Calls) -> Vec<To<Greet>> {
    *calls.0.lock().unwrap().entry(event.event.text.clone()).or_default() += 1;
    let many = event.event.text.parse().unwrap_or_default();
    (0..many).map(|reader| Greet { key: String::new() }.to(ReaderId(reader))).collect()
}

#[system(aggregates(Reader), policies(greet_all))]
pub struct Crowd;

#[tokio::test]
async fn an_answer_that_cannot_be_written_as_one_is_reported_and_not_tried_again() {
    let store = StoreDouble::new();
    let rows = store.rows().await.unwrap();
    store.keep_rows(Arc::new(Narrow(rows)));
    let calls = Calls::default();
    let crowd = Handle::<Crowd>::over(Arc::new(store)).provide(calls.clone());
    let workers = crowd.start().await.unwrap();
    for (reader, text) in [(1, "10"), (2, "11"), (3, "10"), (4, "9"), (5, "10")] {
        crowd.send(&ReaderId(reader), Write { text: text.to_owned() }).await.unwrap();
    }
    workers.settled().await.unwrap();
    let greeted = crowd.load::<Reader>(&ReaderId(0)).await.unwrap().greeted.len();
    assert_eq!(greeted, 4);
    let letters = workers.dead_letters("greet_all").unwrap().list().await.unwrap();
    assert_eq!(letters.len(), 1);
    let reason = "it calls for 11 commands, and 10 can be written down as one";
    assert_eq!(letters[0].1.reason, reason);
    let calls = calls.0.lock().unwrap().clone();
    assert_eq!(
        calls.into_iter().collect::<Vec<_>>(),
        [("10", 3), ("11", 1), ("9", 1)].map(|(text, times)| (text.to_owned(), times))
    );
}
