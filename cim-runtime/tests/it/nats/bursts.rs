//! Single servers that do not sync each message: many commits come in a burst, with few answers, and
//! nothing else is different.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{JetStreamStore, Store as _, StoreErrorKind};
use cim_test_nats::{Cut, Proxy, Server};
use futures::StreamExt as _;
use tokio::sync::watch;

use super::batches::{next, streams, together, unknowns_can_be_settled};
use super::ledger::{Ledger, contend, write};
use super::{client_of, store_on};

/// Counts the answers to bursts that all stores of a server are sent.
struct Answers(Arc<AtomicUsize>);

impl Answers {
    async fn of(server: &Server) -> Self {
        let client = client_of(server).await;
        let mut inboxes = client.subscribe("_INBOX.>").await.unwrap();
        client.flush().await.unwrap();
        let answers = Self(Arc::default());
        let bursts = Arc::clone(&answers.0);
        tokio::spawn(async move {
            while let Some(message) = inboxes.next().await {
                let ends_burst = message.payload.windows(8).any(|text| text == b"\"batch\":");
                bursts.fetch_add(usize::from(ends_burst), Ordering::Relaxed);
            }
        });
        answers
    }

    fn bursts(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Commits to all streams at once until `done`; every commit must be answered for.
async fn commit_until(
    store: &JetStreamStore,
    streams: &mut [SampleStream],
    ledger: &Ledger,
    done: impl Fn() -> bool,
) {
    while !done() {
        for (commit, outcome) in together(store, next(streams)).await {
            let committed = outcome.unwrap();
            assert!(!committed.duplicate, "it was not there before this call");
            ledger.acked(commit, committed.position);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_wait_go_in_bursts() {
    let server = Server::start();
    let answers = Answers::of(&server).await;
    let (store, ledger) = (store_on(&server).await, Ledger::new());
    commit_until(&store, &mut streams(64), &ledger, || answers.bursts() > 10).await;
    ledger.check(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_has_its_own_position_also_when_several_processes_write() {
    let server = Server::start();
    let answers = Answers::of(&server).await;
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let mut writers = Vec::new();
    for process in 0..2 {
        let store = store_on(&server).await;
        for writer in 0..64 {
            let id = format!("{process}-{writer}");
            writers.push(tokio::spawn(write(store.clone(), id, ledger.clone(), stopped.clone())));
        }
    }
    while answers.bursts() < 10 {
        ledger.more(1_000).await;
    }
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    ledger.check(&store_on(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_member_conflicts_and_the_others_are_stored() {
    let server = Server::start();
    let answers = Answers::of(&server).await;
    let (store, other) = (store_on(&server).await, store_on(&server).await);
    let ledger = Ledger::new();
    let mut streams = streams(64);
    let mut round = 0;
    while round < 4 || answers.bursts() < 4 {
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
        drafts.rotate_left(round % 4 * 16);
        for (commit, outcome) in together(&store, drafts).await {
            let is = |number: usize| commit.stream() == streams[number].name();
            match outcome {
                Ok(committed) => {
                    assert!(!is(7) && !is(23));
                    assert_eq!(committed.duplicate, is(40), "{}", commit.stream());
                    ledger.acked(commit, committed.position);
                }
                Err(error) => {
                    assert!(is(7) || is(23), "{error}");
                    let version = commit.expected() + 2;
                    assert_eq!(error.kind(), StoreErrorKind::Conflict { version });
                }
            }
        }
        round += 1;
    }
    ledger.check(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_stored_once_wherever_the_connection_is_cut() {
    let server = Server::start();
    let ledger = Ledger::new();
    let mut streams = streams(64);
    for cut in [
        Cut::BeforeTheServer(".fail.1.0.$FI"),
        Cut::BeforeTheServer(".fail.12.1.$FI"),
        Cut::BeforeTheServer(".2.$FI"),
        Cut::BeforeTheClient("\"type\":\"ack\""),
        Cut::BeforeTheClient("\"batch\":"),
    ] {
        let proxy = Proxy::before(&server);
        let store = JetStreamStore::connect(&proxy.url()).await.unwrap();
        proxy.cut_once(cut);
        commit_until(&store, &mut streams, &ledger, || proxy.cuts() == 1).await;
        ledger.check(&store).await;
    }
    let stored = store_on(&server).await.read_all(0, usize::MAX).await.unwrap();
    assert_eq!(stored.len(), ledger.count());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_a_server_is_killed_among_bursts() {
    let mut server = Server::start();
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let mut writers = Vec::new();
    let store = store_on(&server).await;
    for writer in 0..64 {
        let id = writer.to_string();
        writers.push(tokio::spawn(write(store.clone(), id, ledger.clone(), stopped.clone())));
    }
    let shared = contend(store, "shared".to_owned(), ledger.clone(), stopped.clone());
    writers.push(tokio::spawn(shared));
    for _ in 0..10 {
        let answers = Answers::of(&server).await;
        while answers.bursts() == 0 {
            ledger.more(400).await;
        }
        server.kill();
        server.restart();
    }
    ledger.more(400).await;
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    ledger.check(&store_on(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_member_of_a_burst_without_an_answer_is_an_unknown_that_can_be_settled() {
    let server = Server::start();
    let hasty = JetStreamStore::options().deadline(Duration::from_millis(300));
    let hasty = hasty.connect(&server.url()).await.unwrap();
    let patient = store_on(&server).await;
    unknowns_can_be_settled(&server, &hasty, &patient).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_takes_no_bursts_gets_none() {
    let server = Server::start();
    let jetstream = async_nats::jetstream::new(client_of(&server).await);
    store_on(&server).await;
    let mut config = jetstream.get_stream("CIM").await.unwrap().cached_info().config.clone();
    config.allow_batch_publish = false;
    jetstream.update_stream(config).await.unwrap();
    let answers = Answers::of(&server).await;
    let store = store_on(&server).await;
    let mut streams = streams(64);
    for _ in 0..5 {
        for (_, outcome) in together(&store, next(&mut streams)).await {
            outcome.unwrap();
        }
    }
    assert_eq!(answers.bursts(), 0);
}
