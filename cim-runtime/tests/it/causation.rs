//! What an event says of where it came from, and commands that are sent more than once.

use std::sync::Arc;

use cim_runtime::engine::{Live, Message, Sending, Step};
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, Lookup, MemoryStore, Store, StoredEvent};
use cim_runtime::{Causation, Commit, Envelope};

#[derive(DomainId)]
pub struct TaskId(u32);

#[aggregate(domain = "it", id = TaskId)]
#[derive(Default)]
pub struct Task {
    pub steps: u32,
}

#[command(Task)]
pub struct Advance {
    pub steps: u32,
}

#[event(Task)]
pub struct Advanced;

#[state_machine(initial Open)]
impl Task {
    #[transition(Open)]
    fn advance(&self, cmd: Advance) -> Vec<Advanced> {
        vec![Advanced; cmd.steps as usize]
    }

    #[apply]
    fn advanced(&mut self, _: &Advanced) {
        self.steps += 1;
    }
}

#[system(aggregates(Task))]
pub struct Tasks;

const ONE: Advance = Advance { steps: 1 };

fn task(number: u32) -> TaskId {
    TaskId(number)
}

fn memory() -> Handle<Tasks> {
    Handle::over(Arc::new(MemoryStore::new()))
}

async fn events(tasks: &Handle<Tasks>) -> Vec<StoredEvent> {
    tasks.store().read_all(0, 1000).await.unwrap()
}

fn stored(sent: Sent) -> Receipt {
    let Sent::Stored(receipt) = sent else { panic!("stored now: {sent:?}") };
    receipt
}

fn repeated(sent: Sent) -> Receipt {
    let Sent::Repeated(receipt) = sent else { panic!("stored before: {sent:?}") };
    receipt
}

/// The same but for how often it was decided, which a repeated answer does not know.
fn same(a: &Receipt, b: &Receipt) {
    let of = |receipt: &Receipt| Receipt { attempts: 0, ..receipt.clone() };
    assert_eq!(of(a), of(b));
}

#[tokio::test]
async fn a_root_command_starts_a_correlation() {
    let tasks = memory();
    let receipt = stored(tasks.send(&task(1), Advance { steps: 2 }).await.unwrap());
    assert_eq!(receipt.correlation, receipt.command_id);
    for event in events(&tasks).await {
        let envelope = event.envelope().unwrap();
        assert_eq!(envelope.command_id, receipt.command_id);
        assert_eq!(envelope.correlation, receipt.command_id);
        assert_eq!(envelope.causation, Causation::Command(receipt.command_id));
    }
}

#[tokio::test]
async fn a_reaction_inherits_the_correlation_and_names_the_event() {
    let tasks = memory();
    let root = stored(tasks.send(&task(1), Advance { steps: 2 }).await.unwrap());
    let second = stored(tasks.because_of(&root).send(&task(2), ONE).await.unwrap());
    let third = stored(tasks.because_of(&second).send(&task(3), ONE).await.unwrap());
    let events = events(&tasks).await;
    let envelopes: Vec<Envelope<'_>> = events.iter().map(|e| e.envelope().unwrap()).collect();
    assert!(envelopes.iter().all(|envelope| envelope.correlation == root.command_id));
    assert_eq!(envelopes[2].causation, Causation::Event(events[1].cid), "the last of its commit");
    assert_eq!(envelopes[3].causation, Causation::Event(events[2].cid));
    assert_eq!((second.correlation, third.correlation), (root.command_id, root.command_id));
    assert_ne!(second.command_id, third.command_id);
}

#[tokio::test]
async fn a_cause_can_be_any_event_of_a_commit() {
    let tasks = memory();
    let root = stored(tasks.send(&task(1), Advance { steps: 2 }).await.unwrap());
    let first = Cause { correlation: root.correlation, event: root.events[0] };
    tasks.because_of(first).send(&task(2), ONE).await.unwrap();
    let events = events(&tasks).await;
    assert_eq!(events[2].envelope().unwrap().causation, Causation::Event(events[0].cid));
}

#[tokio::test]
async fn the_correlation_finds_the_whole_story_and_nothing_else() {
    let tasks = memory();
    let root = stored(tasks.send(&task(1), Advance { steps: 2 }).await.unwrap());
    tasks.send(&task(1), ONE).await.unwrap();
    tasks.because_of(&root).send(&task(2), ONE).await.unwrap();
    tasks.send(&task(3), ONE).await.unwrap();
    let lookup = Lookup::Correlation(root.correlation);
    let story = tasks.store().lookup(lookup, 0, 10).await.unwrap();
    assert_eq!(story.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2, 4]);
}

#[tokio::test]
async fn actor_and_time_are_in_the_envelope() {
    let tasks = memory();
    let then: Timestamp = "2025-12-24T18:30:00.123456789Z".parse().unwrap();
    tasks.acting_as(Actor::new("alice")).at(then).send(&task(1), ONE).await.unwrap();
    tasks.send(&task(1), ONE).await.unwrap();
    let events = events(&tasks).await;
    let first = events[0].envelope().unwrap();
    assert_eq!(first.actor, "alice");
    assert_eq!(first.at, "2025-12-24T18:30:00.123456Z".parse().unwrap(), "to the microsecond");
    let second = events[1].envelope().unwrap();
    assert_eq!(second.actor, Actor::default().as_str(), "the handle itself is as it was");
    assert!(second.at > first.at);
}

fn command_id() -> Uuid {
    Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0007)
}

#[tokio::test]
async fn a_command_with_an_id_is_stored_once_by_one_handle() {
    let tasks = memory();
    let once = tasks.with_command_id(command_id());
    let first = stored(once.send(&task(1), Advance { steps: 2 }).await.unwrap());
    tasks.send(&task(1), ONE).await.unwrap();
    same(&repeated(once.send(&task(1), Advance { steps: 2 }).await.unwrap()), &first);
    same(&repeated(once.clone().send(&task(1), Advance { steps: 2 }).await.unwrap()), &first);
    assert_eq!(events(&tasks).await.len(), 3);
}

#[tokio::test]
async fn a_command_with_an_id_is_stored_once_by_two_handles() {
    let tasks = memory();
    let other = Handle::<Tasks>::over(Arc::clone(tasks.store()));
    // Both know the task, and the other handle learns of nothing more.
    tasks.send(&task(1), ONE).await.unwrap();
    other.send(&task(1), ONE).await.unwrap();
    let first = stored(tasks.with_command_id(command_id()).send(&task(1), ONE).await.unwrap());
    let again = other.with_command_id(command_id());
    same(&repeated(again.send(&task(1), ONE).await.unwrap()), &first);
    let fresh = Handle::<Tasks>::over(Arc::clone(tasks.store())).with_command_id(command_id());
    same(&repeated(fresh.send(&task(1), ONE).await.unwrap()), &first);
    assert_eq!(events(&tasks).await.len(), 3);
}

#[tokio::test]
async fn a_reaction_with_an_id_is_stored_once() {
    let tasks = memory();
    let root = stored(tasks.send(&task(1), ONE).await.unwrap());
    let reaction = tasks.because_of(&root).with_command_id(command_id());
    let first = stored(reaction.send(&task(2), ONE).await.unwrap());
    same(&repeated(reaction.send(&task(2), ONE).await.unwrap()), &first);
    assert_eq!(events(&tasks).await.len(), 2);
}

// The stream itself tells, also to a handle that is behind, or that starts from a snapshot.
#[tokio::test]
async fn a_reaction_is_known_by_every_handle() {
    let tasks = memory();
    let root = stored(tasks.send(&task(1), ONE).await.unwrap());
    let behind = Handle::<Tasks>::over(Arc::clone(tasks.store()));
    behind.send(&task(2), ONE).await.unwrap();
    let first = tasks.because_of(&root).with_command_id(command_id());
    let first = stored(first.send(&task(2), Advance { steps: 2 }).await.unwrap());
    assert_eq!(first.version, 3);
    let again = behind.because_of(&root).with_command_id(command_id());
    same(&repeated(again.send(&task(2), ONE).await.unwrap()), &first);

    // Enough for a snapshot, which is what the next handle starts from.
    tasks.send(&task(2), Advance { steps: 200 }).await.unwrap();
    let stream = cim_runtime::StreamName::new("it.task", "2").unwrap();
    while tasks.store().snapshot(&stream).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    let fresh = Handle::<Tasks>::over(Arc::clone(tasks.store()));
    let again = fresh.because_of(&root).with_command_id(command_id());
    same(&repeated(again.send(&task(2), ONE).await.unwrap()), &first);
    assert_eq!(events(&tasks).await.len(), 204);
}

// A store that was restored from a copy has not what the cache remembers.
#[tokio::test]
async fn a_reaction_that_was_lost_is_stored_again() {
    let store = crate::doubles::StoreDouble::new();
    let tasks = Handle::<Tasks>::over(Arc::new(store.clone()));
    let root = stored(tasks.send(&task(1), ONE).await.unwrap());
    let reaction = tasks.because_of(&root).with_command_id(command_id());
    stored(reaction.send(&task(2), ONE).await.unwrap());
    store.exchange(Arc::new(MemoryStore::new()));
    stored(reaction.send(&task(2), ONE).await.unwrap());
    repeated(reaction.send(&task(2), ONE).await.unwrap());
}

#[tokio::test]
async fn one_id_may_go_to_several_aggregates() {
    let tasks = memory().with_command_id(command_id());
    let first = stored(tasks.send(&task(1), ONE).await.unwrap());
    let second = stored(tasks.send(&task(2), ONE).await.unwrap());
    same(&repeated(tasks.send(&task(1), ONE).await.unwrap()), &first);
    same(&repeated(tasks.send(&task(2), ONE).await.unwrap()), &second);
}

// Nothing was stored, so nothing tells that it was sent.
#[tokio::test]
async fn a_command_that_changed_nothing_is_decided_again() {
    let tasks = memory().with_command_id(command_id());
    let none = tasks.send(&task(1), Advance { steps: 0 }).await.unwrap();
    assert_eq!(none, Sent::Unchanged { version: 0 });
    stored(tasks.send(&task(1), ONE).await.unwrap());
}

#[tokio::test]
async fn a_command_with_an_id_is_stored_once_across_a_reopen() {
    let folder = tempfile::tempdir().unwrap();
    let first = {
        let store = Arc::new(EmbeddedStore::open(folder.path()).unwrap());
        let tasks = Handle::<Tasks>::over(store).with_command_id(command_id());
        stored(tasks.send(&task(1), Advance { steps: 3 }).await.unwrap())
    };
    let store = Arc::new(EmbeddedStore::open(folder.path()).unwrap());
    let tasks = Handle::<Tasks>::over(store);
    let again = tasks.with_command_id(command_id());
    same(&repeated(again.send(&task(1), Advance { steps: 3 }).await.unwrap()), &first);
    assert_eq!(events(&tasks).await.len(), 3);
}

/// A command on its way through an aggregate of which nothing is stored yet, up to its commit.
fn commit_of(sending: &mut Sending<'_, Advance>) -> Commit {
    let mut step = sending.start();
    loop {
        step = match step {
            Step::Snapshot => sending.snapshot(Ok(None)),
            Step::Load { .. } => sending.loaded(Ok(Vec::new())),
            Step::Find { .. } => sending.found(Ok(Vec::new())),
            Step::Commit(commit) => return commit,
            Step::Review { .. } | Step::Done(_) => panic!("a new command is committed"),
        };
    }
}

// The commits of one command that is decided in the same microsecond are the same.
#[tokio::test]
async fn of_two_that_decide_at_once_one_has_stored_it() {
    let store = MemoryStore::new();
    let message = Message {
        command_id: command_id(),
        repeatable: true,
        actor: Actor::default(),
        now: Timestamp::UNIX_EPOCH,
        cause: None,
    };
    let mut lives = [Live::<Task>::new(&task(1)).unwrap(), Live::new(&task(1)).unwrap()];
    let mut sendings = lives.each_mut().map(|live| Sending::new(live, ONE, &message));
    let commits = sendings.each_mut().map(commit_of);
    let mut ends = Vec::new();
    for (sending, commit) in sendings.iter_mut().zip(&commits) {
        let answer = store.commit(commit.clone()).await;
        let Step::Done(end) = sending.committed(answer, commit) else { panic!("an end") };
        ends.push(end.unwrap());
    }
    let [first, second] = ends.try_into().unwrap();
    same(&repeated(second), &stored(first));
    assert_eq!(store.read_all(0, 10).await.unwrap().len(), 1);
}

/// Eight tasks with two handles send the command at once; one of them stores it.
async fn eight_at_once(store: Arc<dyn Store>) {
    let handles = [0, 1].map(|_| Handle::<Tasks>::over(Arc::clone(&store)));
    for number in 0..20 {
        let barrier = Arc::new(tokio::sync::Barrier::new(8));
        let sends = (0..8).map(|sender| {
            let id = Uuid::from_u128(command_id().as_u128() + u128::from(number));
            let tasks = handles[sender % 2].with_command_id(id);
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                tasks.send(&task(number % 3), Advance { steps: 2 }).await.unwrap()
            })
        });
        let mut first = 0;
        let mut receipts = Vec::new();
        for sent in sends.collect::<Vec<_>>() {
            let sent = sent.await.unwrap();
            first += u32::from(matches!(sent, Sent::Stored(_)));
            receipts.push(sent.receipt().unwrap().clone());
        }
        assert_eq!(first, 1);
        receipts.iter().for_each(|receipt| same(receipt, &receipts[0]));
    }
    assert_eq!(store.read_all(0, 1000).await.unwrap().len(), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_command_with_an_id_is_stored_once_by_eight_tasks_in_memory() {
    eight_at_once(Arc::new(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_command_with_an_id_is_stored_once_by_eight_tasks_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    eight_at_once(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}
