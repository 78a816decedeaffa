//! Servers that sync each message: commits go in batches, and nothing else is different.

use std::time::Duration;

use cim_runtime::Commit;
use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{Committed, JetStreamStore, Store as _, StoreError, StoreErrorKind};
use cim_test_nats::Server;
use tokio::sync::watch;

use super::client_of;
use super::ledger::{Ledger, contend, write};

fn syncing() -> Server {
    Server::options().jetstream("sync_interval: always").start()
}

async fn batching(server: &Server) -> JetStreamStore {
    JetStreamStore::options().assert_sync_always().connect(&server.url()).await.unwrap()
}

/// How many of the stream's messages came in batches.
async fn batched(server: &Server) -> usize {
    let jetstream = async_nats::jetstream::new(client_of(server).await);
    let mut stream = jetstream.get_stream("CIM").await.unwrap();
    let last = stream.info().await.unwrap().state.last_sequence;
    let mut batched = 0;
    for sequence in 1..=last {
        let message = stream.get_raw_message(sequence).await.unwrap();
        batched += usize::from(message.headers.get("Nats-Batch-Id").is_some());
    }
    batched
}

/// Commits all at once.
pub(super) async fn together(
    store: &JetStreamStore,
    commits: Vec<Commit>,
) -> Vec<(Commit, Result<Committed, StoreError>)> {
    let committing = commits.into_iter().map(|commit| {
        let store = store.clone();
        tokio::spawn(async move { (commit.clone(), store.commit(commit).await) })
    });
    let mut outcomes = Vec::new();
    for committing in committing.collect::<Vec<_>>() {
        outcomes.push(committing.await.unwrap());
    }
    outcomes
}

pub(super) fn streams(count: usize) -> Vec<SampleStream> {
    (0..count).map(|number| SampleStream::new(&format!("stream-{number}"))).collect()
}

pub(super) fn next(streams: &mut [SampleStream]) -> Vec<Commit> {
    streams.iter_mut().map(|stream| stream.commit(1)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_wait_are_joined() {
    let server = syncing();
    let store = batching(&server).await;
    let ledger = Ledger::new();
    let mut streams = streams(64);
    for _ in 0..5 {
        for (commit, outcome) in together(&store, next(&mut streams)).await {
            ledger.acked(commit, outcome.unwrap().position);
        }
    }
    assert!(batched(&server).await >= 64);
    ledger.check(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_needs_no_batch() {
    let server = syncing();
    let store = batching(&server).await;
    let mut stream = SampleStream::new("alone");
    for _ in 0..20 {
        store.commit(stream.commit(1)).await.unwrap();
    }
    assert_eq!(batched(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_takes_no_batches_gets_none() {
    let server = syncing();
    JetStreamStore::connect(&server.url()).await.unwrap();
    let store = batching(&server).await;
    let mut streams = streams(64);
    for (_, outcome) in together(&store, next(&mut streams)).await {
        outcome.unwrap();
    }
    assert_eq!(batched(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_member_conflicts_and_the_others_are_stored() {
    let server = syncing();
    let (store, other) = (batching(&server).await, batching(&server).await);
    let ledger = Ledger::new();
    let mut streams = streams(64);
    for round in 0..4 {
        // Another process is faster at a few of them, and has the same in mind for one.
        let mut drafts = next(&mut streams);
        for number in [7, 23] {
            let base = drafts[number].clone();
            let id = format!("stream-{number}");
            let mut ahead = SampleStream::at(&id, base.expected(), base.prev());
            let first = ahead.commit(2);
            let committed = other.commit(first.clone()).await.unwrap();
            ledger.acked(first, committed.position);
            streams[number] = ahead;
        }
        other.commit(drafts[40].clone()).await.unwrap();
        drafts.rotate_left(round * 16);
        for (commit, outcome) in together(&store, drafts).await {
            let stale = ["stream-7", "stream-23"]
                .iter()
                .any(|id| commit.stream() == SampleStream::new(id).name());
            match outcome {
                Ok(committed) => {
                    assert!(!stale);
                    let same = commit.stream() == streams[40].name();
                    assert_eq!(committed.duplicate, same, "{}", commit.stream());
                    ledger.acked(commit, committed.position);
                }
                Err(error) => {
                    assert!(stale, "{error}");
                    let version = commit.expected() + 2;
                    assert_eq!(error.kind(), StoreErrorKind::Conflict { version });
                }
            }
        }
    }
    assert!(batched(&server).await > 0);
    ledger.check(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_a_server_that_takes_batches_is_killed() {
    let mut server = syncing();
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let mut writers = Vec::new();
    for process in 0..2 {
        let store = batching(&server).await;
        for writer in 0..40 {
            let id = format!("{process}-{writer}");
            writers.push(tokio::spawn(write(store.clone(), id, ledger.clone(), stopped.clone())));
        }
        let shared = contend(store, "shared".to_owned(), ledger.clone(), stopped.clone());
        writers.push(tokio::spawn(shared));
    }
    for _ in 0..10 {
        ledger.more(400).await;
        server.kill();
        server.restart();
    }
    ledger.more(400).await;
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(batched(&server).await > 400);
    ledger.check(&batching(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_member_of_a_batch_without_an_answer_is_an_unknown_that_can_be_settled() {
    let server = syncing();
    let hasty = JetStreamStore::options().assert_sync_always();
    let hasty = hasty.deadline(Duration::from_millis(300)).connect(&server.url()).await.unwrap();
    let patient = batching(&server).await;
    unknowns_can_be_settled(&server, &hasty, &patient).await;
}

/// Of members to which a server that is paused does not answer, the `hasty` one knows nothing, and the
/// `patient` one learns all.
pub(super) async fn unknowns_can_be_settled(
    server: &Server,
    hasty: &JetStreamStore,
    patient: &JetStreamStore,
) {
    let ledger = Ledger::new();
    let mut streams = streams(64);
    for (commit, mut outcome) in together(hasty, next(&mut streams)).await {
        // The machine may be slower than the hasty one can wait.
        while outcome.is_err() {
            outcome = hasty.commit(commit.clone()).await;
        }
        ledger.acked(commit, outcome.unwrap().position);
    }
    server.pause();
    let outcomes = together(hasty, next(&mut streams)).await;
    server.resume();
    let mut commits = Vec::new();
    for (commit, outcome) in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.commit()), (StoreErrorKind::Unknown, Some(&commit)));
        commits.push(commit);
    }
    for (commit, outcome) in together(patient, commits).await {
        ledger.acked(commit, outcome.unwrap().position);
    }
    ledger.check(patient).await;
    assert_eq!(patient.read_all(0, usize::MAX).await.unwrap().len(), 128);
}
