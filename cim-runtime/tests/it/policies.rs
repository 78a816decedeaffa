//! Policies: what is promised to whoever writes one.

use std::sync::Arc;

use cim_runtime::policy::DeadLetter;
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store};
use cim_runtime::testing::Simulation;
use cim_runtime::{Causation, ManualEnvironment, system};

use crate::doubles::StoreDouble;

#[derive(DomainId)]
pub struct JobId(u32);

#[aggregate(domain = "it", id = JobId)]
#[derive(Default)]
pub struct Job {
    pub notes: Vec<String>,
}

#[command(Job)]
pub struct Start {
    pub task: String,
}

#[command(Job)]
pub struct Note {
    pub text: String,
}

#[command(Job)]
pub struct Finish;

#[event(Job, unread)]
pub struct Started {
    pub task: String,
}

#[event(Job)]
pub struct Noted {
    pub text: String,
}

#[event(Job)]
pub struct Finished;

#[state_machine(initial New, Running, terminal Done)]
impl Job {
    #[transition(New -> Running)]
    fn start(&self, cmd: Start) -> Started {
        Started { task: cmd.task }
    }

    #[transition(Running)]
    fn note(&self, cmd: Note) -> Noted {
        Noted { text: cmd.text }
    }

    #[transition(Running -> Done)]
    fn finish(&self, _: Finish) -> Finished {
        Finished
    }

    #[apply]
    fn noted(&mut self, event: &Noted) {
        self.notes.push(event.text.clone());
    }
}

fn job(number: u32) -> JobId {
    JobId(number)
}

async fn start(jobs: &Handle<impl System + system::Includes<Job>>, number: u32, task: &str) {
    jobs.send(&job(number), Start { task: task.to_owned() }).await.unwrap();
}

async fn state(jobs: &Handle<impl System + system::Includes<Job>>, number: u32) -> JobState {
    jobs.load::<Job>(&job(number)).await.unwrap().state()
}

/// The events of a job, each with its time since the first one.
async fn times(
    jobs: &Handle<impl System + system::Includes<Job>>,
    number: u32,
) -> Vec<(&'static str, SignedDuration)> {
    let history = jobs.history::<Job>(&job(number), 0).await.unwrap();
    let name = |event: &JobEvent| match event {
        JobEvent::Started(_) => "started",
        JobEvent::Noted(_) => "noted",
        JobEvent::Finished(_) => "finished",
    };
    let since = |at: Timestamp| at.duration_since(history[0].at);
    history.iter().map(|event| (name(&event.event), since(event.at))).collect()
}

async fn dead<S: System>(jobs: &Simulation<S>, policy: &str) -> Vec<((u64, u32), DeadLetter)> {
    jobs.workers().dead_letters(policy).unwrap().list().await.unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

// Commands at once.

#[policy]
pub fn note_twice_and_finish(
    event: &Recorded<Started>,
) -> (Option<To<Note>>, Vec<To<Note>>, To<Finish>) {
    let note = |text: &str| Note { text: text.to_owned() }.to(event.id());
    (Some(note("a")), vec![note("b"), note("c")], Finish.to(event.id()))
}

#[system(aggregates(Job), policies(note_twice_and_finish))]
pub struct AtOnce;

#[tokio::test]
async fn a_command_of_which_nothing_is_known_is_sent_again() {
    let (store, clock) = (StoreDouble::new(), ManualEnvironment::default());
    let before = Handle::<AtOnce>::over(Arc::new(store.clone()) as Arc<dyn Store>);
    start(&before, 1, "any").await;
    store.leave_unanswered([true, false, false, true]);
    let jobs = Simulation::<AtOnce>::start_on(Arc::new(store), clock).await.unwrap();
    jobs.advance(1.hour()).await.unwrap();
    assert_eq!(state(&jobs, 1).await, JobState::Done);
    assert_eq!(jobs.load::<Job>(&job(1)).await.unwrap().notes, ["a", "b", "c"]);
    assert_eq!(dead(&jobs, "note_twice_and_finish").await, []);
}

#[tokio::test]
async fn commands_are_sent_at_once_in_their_order() {
    let jobs = Simulation::<AtOnce>::start().await.unwrap();
    start(&jobs, 1, "any").await;
    jobs.settled().await.unwrap();
    let done = jobs.load::<Job>(&job(1)).await.unwrap();
    assert_eq!(
        (done.state(), &done.notes[..]),
        (JobState::Done, &["a", "b", "c"].map(str::to_owned)[..])
    );
}

#[tokio::test]
async fn a_command_carries_its_cause() {
    let jobs = Simulation::<AtOnce>::start().await.unwrap();
    start(&jobs, 1, "any").await;
    jobs.settled().await.unwrap();
    let history = jobs.history::<Job>(&job(1), 0).await.unwrap();
    let (root, caused) = history.split_first().unwrap();
    assert_eq!(root.correlation, root.command_id);
    assert_eq!(caused.len(), 4);
    for event in caused {
        assert_eq!(event.causation, Causation::Event(root.cid));
        assert_eq!(event.correlation, root.correlation);
        assert_eq!(event.actor, Actor::new("policy:note_twice_and_finish"));
    }
}

#[tokio::test]
async fn the_same_commands_bring_the_same_events() {
    let mut cids = Vec::new();
    for _ in 0..2 {
        let jobs = Simulation::<AtOnce>::start().await.unwrap();
        for number in 0..10 {
            start(&jobs, number, "any").await;
            jobs.settled().await.unwrap();
        }
        let events = jobs.store().read_all(0, 100).await.unwrap();
        cids.push(events.iter().map(|event| event.cid).collect::<Vec<_>>());
    }
    assert_eq!(cids[0].len(), 50);
    assert_eq!(cids[0], cids[1]);
}

// Timers.

#[derive(Tables)]
pub struct Reminders;

#[policy(ends = "a job is finished some day")]
impl Reminders {
    #[on]
    fn started(&self, event: &Recorded<Started>) -> To<Note> {
        let note = Note { text: "still running".to_owned() }.to(event.id());
        match &*event.event.task {
            "by new year" => note.at("2027-01-01T00:00:00Z".parse().unwrap()),
            "late already" => note.at("2020-01-01T00:00:00Z".parse().unwrap()),
            _ => note.after(2.weeks()),
        }
    }

    #[on]
    fn noted(&self, event: &Recorded<Noted>) -> To<Note> {
        Note { text: "and still".to_owned() }.to(event.id()).after(1.week())
    }

    #[on]
    fn finished(&self, event: &Recorded<Finished>) -> Cancel<Note> {
        Note::cancel(event.id())
    }
}

#[system(aggregates(Job), policies(Reminders))]
pub struct Timers;

#[tokio::test]
async fn a_timer_fires_at_its_time() {
    let jobs = Simulation::<Timers>::start().await.unwrap();
    start(&jobs, 1, "any").await;
    jobs.advance(13.days()).await.unwrap();
    assert_eq!(times(&jobs, 1).await, [("started", days(0))]);
    assert_eq!(jobs.workers().next_due(), Some(jobs.clock().time() + days(1)));
    jobs.advance(1.day()).await.unwrap();
    assert_eq!(times(&jobs, 1).await, [("started", days(0)), ("noted", days(14))]);
}

#[tokio::test]
async fn what_falls_due_on_the_way_is_done_at_its_time() {
    let jobs = Simulation::<Timers>::start().await.unwrap();
    start(&jobs, 1, "any").await;
    jobs.advance(1.day()).await.unwrap();
    start(&jobs, 2, "any").await;
    jobs.advance(30.days()).await.unwrap();
    let noted = |times: Vec<(_, SignedDuration)>| -> Vec<_> {
        times.into_iter().skip(1).map(|(_, since)| since).collect()
    };
    assert_eq!(noted(times(&jobs, 1).await), [14, 21, 28].map(days));
    assert_eq!(noted(times(&jobs, 2).await), [14, 21, 28].map(days));
}

#[tokio::test]
async fn a_timer_that_is_cancelled_does_not_fire() {
    let jobs = Simulation::<Timers>::start().await.unwrap();
    start(&jobs, 1, "any").await;
    start(&jobs, 2, "any").await;
    jobs.advance(2.days()).await.unwrap();
    jobs.send(&job(1), Finish).await.unwrap();
    jobs.advance(20.days()).await.unwrap();
    assert_eq!(times(&jobs, 1).await, [("started", days(0)), ("finished", days(2))]);
    assert_eq!(times(&jobs, 2).await.len(), 3);
    assert_eq!(dead(&jobs, "reminders").await, []);
}

#[tokio::test]
async fn a_time_that_has_passed_is_now() {
    let jobs = Simulation::<Timers>::start().await.unwrap();
    start(&jobs, 1, "late already").await;
    start(&jobs, 2, "by new year").await;
    jobs.settled().await.unwrap();
    assert_eq!(times(&jobs, 1).await, [("started", days(0)), ("noted", days(0))]);
    let new_year: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    jobs.advance_to(new_year).await.unwrap();
    let history = jobs.history::<Job>(&job(2), 1).await.unwrap();
    assert_eq!(history.iter().map(|event| event.at).collect::<Vec<_>>(), [new_year]);
}

#[tokio::test]
async fn a_timer_that_was_due_while_nothing_ran_fires_once() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualEnvironment::default());
    let jobs = Simulation::<Timers>::start_on(store.clone(), clock.clone()).await.unwrap();
    start(&jobs, 1, "any").await;
    jobs.settled().await.unwrap();
    let due = clock.time() + days(14);
    drop(jobs);
    clock.set(due + days(1));
    let jobs = Simulation::<Timers>::start_on(store, clock).await.unwrap();
    jobs.settled().await.unwrap();
    assert_eq!(times(&jobs, 1).await, [("started", days(0)), ("noted", days(15))]);
}

// Refusals.

/// The next job, if the task is to finish it.
fn next(event: &Recorded<Started>) -> Option<To<Finish>> {
    let number = event.aggregate_id().parse::<u32>().unwrap();
    (event.event.task == "finish the next").then(|| Finish.to(job(number + 1)))
}

#[policy]
pub fn reported(event: &Recorded<Started>) -> Option<To<Finish>> {
    next(event)
}

#[policy(refused = ignore)]
pub fn ignored(event: &Recorded<Started>) -> Option<To<Finish>> {
    next(event)
}

#[policy(refused = retry)]
pub fn tried_again(event: &Recorded<Started>) -> Option<To<Finish>> {
    next(event)
}

#[system(aggregates(Job), policies(reported))]
pub struct Reported;

#[system(aggregates(Job), policies(ignored))]
pub struct Ignored;

#[system(aggregates(Job), policies(tried_again))]
pub struct TriedAgain;

/// Starts a job whose next one is not running, and cannot be finished.
async fn refused<S: System + system::Includes<Job>>() -> Simulation<S> {
    let jobs = Simulation::<S>::start().await.unwrap();
    start(&jobs, 1, "finish the next").await;
    jobs.settled().await.unwrap();
    jobs
}

#[tokio::test]
async fn a_refusal_is_reported() {
    let jobs = refused::<Reported>().await;
    let letters = dead(&jobs, "reported").await;
    let [((1, 0), letter)] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!(letter.command().as_deref(), Some("it.job/2 Finish"));
    assert!(letter.reason.contains("New"), "{}", letter.reason);
    let cause = jobs.history::<Job>(&job(1), 0).await.unwrap()[0].cid;
    assert_eq!((letter.event, &letter.event_type), (cause, &None));
}

#[tokio::test]
async fn a_refusal_is_ignored() {
    let jobs = refused::<Ignored>().await;
    start(&jobs, 2, "any").await;
    jobs.advance(1.hour()).await.unwrap();
    assert_eq!(dead(&jobs, "ignored").await, []);
    assert_eq!(state(&jobs, 2).await, JobState::Running);
}

#[tokio::test]
async fn a_refused_command_is_sent_again() {
    let jobs = refused::<TriedAgain>().await;
    assert_eq!(dead(&jobs, "tried_again").await, []);
    start(&jobs, 2, "any").await;
    jobs.settled().await.unwrap();
    assert_eq!(state(&jobs, 2).await, JobState::Running);
    jobs.advance(1.second()).await.unwrap();
    assert_eq!(state(&jobs, 2).await, JobState::Done);
    assert_eq!(jobs.workers().next_due(), None);
}

#[tokio::test]
async fn a_command_that_is_always_refused_is_reported_in_the_end() {
    let jobs = refused::<TriedAgain>().await;
    jobs.advance(10.seconds()).await.unwrap();
    assert_eq!(dead(&jobs, "tried_again").await, []);
    jobs.advance(1.hour()).await.unwrap();
    assert_eq!(dead(&jobs, "tried_again").await.len(), 1);
    assert_eq!(jobs.workers().next_due(), None);
}

// Dead letters.

#[tokio::test]
async fn a_dead_letter_is_sent_again() {
    let jobs = refused::<Reported>().await;
    let letters = jobs.workers().dead_letters("reported").unwrap();
    // Still refused.
    assert!(letters.retry((1, 0)).await.unwrap());
    assert_eq!(letters.list().await.unwrap().len(), 1);
    start(&jobs, 2, "any").await;
    assert!(letters.retry((1, 0)).await.unwrap());
    assert_eq!(letters.list().await.unwrap(), []);
    assert_eq!(state(&jobs, 2).await, JobState::Done);
    assert!(!letters.retry((1, 0)).await.unwrap(), "it is gone");
}

#[tokio::test]
async fn a_dead_letter_is_discarded() {
    let jobs = refused::<Reported>().await;
    start(&jobs, 2, "any").await;
    let letters = jobs.workers().dead_letters("reported").unwrap();
    assert!(!letters.discard((7, 0)).await.unwrap(), "there is no such letter");
    assert!(letters.discard((1, 0)).await.unwrap());
    assert_eq!(letters.list().await.unwrap(), []);
    assert_eq!(state(&jobs, 2).await, JobState::Running);
    assert!(jobs.workers().dead_letters("ignored").is_none(), "of another system");
}

#[tokio::test]
async fn dead_letters_outlive_a_restart() {
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualEnvironment::default());
    let jobs = Simulation::<Reported>::start_on(store.clone(), clock.clone()).await.unwrap();
    start(&jobs, 1, "finish the next").await;
    jobs.settled().await.unwrap();
    let before = dead(&jobs, "reported").await;
    assert_eq!(before.len(), 1);
    drop(jobs);
    let jobs = Simulation::<Reported>::start_on(store, clock).await.unwrap();
    jobs.settled().await.unwrap();
    assert_eq!(dead(&jobs, "reported").await, before);
}

// Failures.

/// Counts what is started, and fails at some of it.
#[derive(Tables)]
pub struct Fragile {
    count: Table<u32, u32>,
}

fn fragile(count: &mut Table<u32, u32>, event: &Recorded<Started>) -> Result<To<Note>, String> {
    let counted = count.get_or_default(&0);
    *counted += 1;
    let text = counted.to_string();
    // What was changed before it fails must not count.
    assert!(event.event.task != "panic", "a bug in a policy");
    match &*event.event.task {
        "fail" => Err("this task is not known".to_owned()),
        _ => Ok(Note { text }.to(event.id())),
    }
}

#[policy]
impl Fragile {
    #[on]
    fn started(&mut self, event: &Recorded<Started>) -> Result<To<Note>, String> {
        fragile(&mut self.count, event)
    }
}

#[system(aggregates(Job), policies(Fragile))]
pub struct Parks;

async fn on<S: System>(store: &Arc<dyn Store>) -> Simulation<S> {
    Simulation::start_on(Arc::clone(store), ManualEnvironment::default()).await.unwrap()
}

/// Events at which a policy fails, always.
pub(crate) async fn put_aside(store: Arc<dyn Store>) {
    let jobs = on::<Parks>(&store).await;
    for (number, task) in ["any", "fail", "any", "panic", "any"].into_iter().enumerate() {
        start(&jobs, number as u32, task).await;
    }
    jobs.settled().await.unwrap();
    for (number, note) in [(0, "1"), (2, "2"), (4, "3")] {
        let notes = jobs.load::<Job>(&job(number)).await.unwrap().notes.clone();
        assert_eq!(notes, [note], "job {number}");
    }
    let letters = dead(&jobs, "fragile").await;
    let reasons: Vec<_> = letters.iter().map(|(_, letter)| &*letter.reason).collect();
    assert_eq!(reasons, ["this task is not known", "it panicked: a bug in a policy"]);
    for (_, letter) in &letters {
        assert_eq!((letter.event_type.as_deref(), letter.command()), (Some("Started"), None));
    }
    // It fails again.
    let (number, _) = letters[0];
    assert!(jobs.workers().dead_letters("fragile").unwrap().retry(number).await.unwrap());
    assert_eq!(dead(&jobs, "fragile").await, letters);

    // Whoever comes next neither tries them again nor counts the others again.
    drop(jobs);
    let jobs = on::<Parks>(&store).await;
    start(&jobs, 5, "any").await;
    jobs.settled().await.unwrap();
    assert_eq!(jobs.load::<Job>(&job(5)).await.unwrap().notes, ["4"]);
    assert_eq!(dead(&jobs, "fragile").await, letters);
}

#[tokio::test]
async fn an_event_at_which_a_policy_fails_is_put_aside_in_memory() {
    put_aside(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn an_event_at_which_a_policy_fails_is_put_aside_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    put_aside(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

#[derive(Tables)]
pub struct Careful {
    count: Table<u32, u32>,
}

#[policy(on_failure = stop)]
impl Careful {
    #[on]
    fn started(&mut self, event: &Recorded<Started>) -> Result<To<Note>, String> {
        fragile(&mut self.count, event)
    }
}

#[system(aggregates(Job), policies(Careful))]
pub struct Stops;

async fn stopped<S: System>(jobs: &Simulation<S>) -> String {
    let error = jobs.settled().await.unwrap_err();
    let Error::Stopped { reason, .. } = error else { panic!("stopped: {error}") };
    reason
}

/// An event at which a policy fails that stops then.
pub(crate) async fn stopped_at_a_failure(store: Arc<dyn Store>) {
    let jobs = on::<Stops>(&store).await;
    start(&jobs, 1, "any").await;
    jobs.settled().await.unwrap();
    start(&jobs, 2, "fail").await;
    let failed = store.head().await.unwrap().unwrap().number;
    start(&jobs, 3, "any").await;
    let is_stopped = async |jobs: &Simulation<Stops>| {
        assert_eq!(stopped(jobs).await, format!("event {failed}: this task is not known"));
        assert_eq!(times(jobs, 1).await.len(), 2);
        assert_eq!(times(jobs, 3).await.len(), 1, "nothing behind it is taken");
        assert_eq!(dead(jobs, "careful").await, []);
    };
    is_stopped(&jobs).await;
    drop(jobs);
    is_stopped(&on::<Stops>(&store).await).await;
}

#[tokio::test]
async fn a_policy_stops_where_it_fails_in_memory() {
    stopped_at_a_failure(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn a_policy_stops_where_it_fails_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    stopped_at_a_failure(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

// Loops.

#[policy(ends = "never, in truth")]
pub fn echo(event: &Recorded<Noted>) -> To<Note> {
    Note { text: event.event.text.clone() }.to(event.id())
}

#[system(aggregates(Job), policies(echo))]
pub struct Echoes;

/// A policy that reacts to itself for ever.
pub(crate) async fn in_a_loop(store: Arc<dyn Store>) {
    let jobs = on::<Echoes>(&store).await;
    start(&jobs, 1, "any").await;
    jobs.send(&job(1), Note { text: "hello".to_owned() }).await.unwrap();
    jobs.settled().await.unwrap();
    let notes = jobs.load::<Job>(&job(1)).await.unwrap().notes.len();
    assert_eq!(notes, 1 + 100);
    let letters = dead(&jobs, "echo").await;
    let [(_, letter)] = &letters[..] else { panic!("one letter: {letters:?}") };
    let way = "100 policies have reacted one to the other, which looks like a loop without an end";
    assert!(letter.reason.starts_with(way), "{}", letter.reason);
    assert!(letter.reason.ends_with("echo → Noted → echo → Note"), "{}", letter.reason);
    // Another one begins anew.
    jobs.send(&job(1), Note { text: "hello".to_owned() }).await.unwrap();
    jobs.settled().await.unwrap();
    assert_eq!(jobs.load::<Job>(&job(1)).await.unwrap().notes.len(), 2 * notes);
}

#[tokio::test]
async fn a_loop_is_stopped_and_shown_in_memory() {
    in_a_loop(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn a_loop_is_stopped_and_shown_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    in_a_loop(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}

// Where it begins.

#[policy(starts = next)]
pub fn finish_new(event: &Recorded<Started>) -> To<Finish> {
    Finish.to(event.id())
}

#[policy]
pub fn finish_all(event: &Recorded<Started>) -> To<Finish> {
    Finish.to(event.id())
}

#[system(aggregates(Job), policies(finish_new))]
pub struct New;

#[system(aggregates(Job), policies(finish_all))]
pub struct All;

#[system(aggregates(Job))]
pub struct Jobs;

async fn store_with_a_job() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    start(&Handle::<Jobs>::over(store.clone()), 1, "any").await;
    store
}

#[tokio::test]
async fn a_policy_may_begin_with_what_is_stored_next() {
    let (store, clock) = (store_with_a_job().await, ManualEnvironment::default());
    let jobs = Simulation::<New>::start_on(store.clone(), clock.clone()).await.unwrap();
    jobs.settled().await.unwrap();
    start(&jobs, 2, "any").await;
    jobs.settled().await.unwrap();
    assert_eq!(state(&jobs, 1).await, JobState::Running);
    assert_eq!(state(&jobs, 2).await, JobState::Done);
    drop(jobs);
    // Only once: what is stored while it does not run is not left out.
    start(&Handle::<Jobs>::over(store.clone()), 3, "any").await;
    let jobs = Simulation::<New>::start_on(store, clock).await.unwrap();
    jobs.settled().await.unwrap();
    assert_eq!(state(&jobs, 1).await, JobState::Running);
    assert_eq!(state(&jobs, 3).await, JobState::Done);
}

#[tokio::test]
async fn a_policy_begins_with_the_first_event() {
    let store = store_with_a_job().await;
    let jobs = Simulation::<All>::start_on(store, ManualEnvironment::default()).await.unwrap();
    jobs.settled().await.unwrap();
    assert_eq!(state(&jobs, 1).await, JobState::Done);
}

// Newer events.

/// The same jobs, as a newer program knows them.
mod newer {
    use super::*;

    #[aggregate(domain = "it", id = JobId)]
    #[derive(Default)]
    pub struct Job {}

    #[command(Job)]
    pub struct Start;

    #[command(Job)]
    pub struct Finish;

    #[event(Job)]
    pub struct Finished;

    pub mod v1 {
        #[cim_runtime::prelude::event(super::Job)]
        pub struct Started {
            pub task: String,
        }
    }

    #[event(Job, version = 2, upcast = v1::Started, unread)]
    pub struct Started {
        pub tasks: Vec<String>,
    }

    impl From<v1::Started> for Started {
        fn from(old: v1::Started) -> Self {
            Self { tasks: vec![old.task] }
        }
    }

    #[state_machine(initial New, Running, terminal Done)]
    impl Job {
        #[transition(New -> Running)]
        fn start(&self, _: Start) -> Started {
            Started { tasks: Vec::new() }
        }

        #[transition(Running -> Done)]
        fn finish(&self, _: Finish) -> Finished {
            Finished
        }
    }

    #[policy]
    pub fn finish_all(event: &Recorded<Started>) -> To<Finish> {
        Finish.to(event.id())
    }

    #[system(aggregates(Job), policies(finish_all))]
    pub struct All;
}

/// An event that a newer program has stored, in a version that this one does not know.
pub(crate) async fn of_a_newer_version(store: Arc<dyn Store>) {
    start(&Handle::<Jobs>::over(Arc::clone(&store)), 1, "any").await;
    let newer = Handle::<newer::All>::over(Arc::clone(&store));
    let sent = newer.send(&job(2), newer::Start).await.unwrap();
    let at = sent.receipt().unwrap().position;
    start(&Handle::<Jobs>::over(Arc::clone(&store)), 3, "any").await;
    for _ in 0..2 {
        let jobs = on::<All>(&store).await;
        let reason = stopped(&jobs).await;
        assert!(reason.starts_with(&format!("event {at} cannot be read")), "{reason}");
        let known = "`Started` is stored with version 2, this program knows versions up to 1";
        assert!(reason.contains(known), "{reason}");
        assert_eq!(state(&jobs, 3).await, JobState::Running, "nothing behind it is taken");
    }
    // Nothing was passed over: who can read it goes on there.
    let jobs = on::<newer::All>(&store).await;
    while jobs.load::<newer::Job>(&job(3)).await.unwrap().state() != newer::JobState::Done {
        jobs.settled().await.unwrap();
    }
    for number in 1..=3 {
        assert_eq!(jobs.history::<newer::Job>(&job(number), 0).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_policy_stops_at_an_event_of_a_newer_version_in_memory() {
    of_a_newer_version(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn a_policy_stops_at_an_event_of_a_newer_version_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    of_a_newer_version(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}
