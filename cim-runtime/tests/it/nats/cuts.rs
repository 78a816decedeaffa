//! Connections that are cut at the worst moment.

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{JetStreamStore, Store as _, StoreErrorKind};
use cim_test_nats::{Cut, Proxy, Server};

use super::ledger::Ledger;
use super::store_on;

/// A commit on its way to the server, and the server's answer to it.
const WRITE: Cut = Cut::BeforeTheServer("HPUB sample.evt.");
const ANSWER: Cut = Cut::BeforeTheClient("{\"stream\":\"CIM\"");

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_stored_once_wherever_the_connection_is_cut() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let store = JetStreamStore::connect(&proxy.url()).await.unwrap();
    let ledger = Ledger::new();
    let mut stream = SampleStream::new("cut");
    for round in 1..=10 {
        proxy.cut_once(if round % 2 == 0 { ANSWER } else { WRITE });
        let commit = stream.commit(1);
        let committed = store.commit(commit.clone()).await.unwrap();
        assert!(!committed.duplicate, "it was not there before this call");
        ledger.acked(commit, committed.position);
        assert_eq!(proxy.cuts(), round);
    }
    ledger.check(&store).await;
    assert_eq!(store.read_stream(stream.name(), 0).await.unwrap().len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_found_also_when_others_have_built_on_it() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let ours = JetStreamStore::connect(&proxy.url()).await.unwrap();
    let theirs = store_on(&server).await;
    let ledger = Ledger::new();
    let mut stream = SampleStream::new("built on");
    proxy.cut_once_and_hold(ANSWER);
    let commit = stream.commit(2);
    let sending = tokio::spawn({
        let (ours, commit) = (ours.clone(), commit.clone());
        async move { ours.commit(commit).await }
    });
    tokio::task::block_in_place(|| proxy.wait_for_cuts(1));
    assert_eq!(theirs.read_stream(stream.name(), 0).await.unwrap().len(), 2);
    let next = stream.commit(1);
    let committed = theirs.commit(next.clone()).await.unwrap();
    ledger.acked(next, committed.position);
    proxy.release();
    // The head is another commit now, and yet ours is stored: deciding again would do it twice.
    let committed = sending.await.unwrap().unwrap();
    ledger.acked(commit, committed.position);
    ledger.check(&ours).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrived_loses_its_slot_to_another() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let ours = JetStreamStore::connect(&proxy.url()).await.unwrap();
    let theirs = store_on(&server).await;
    let ledger = Ledger::new();
    let stream = SampleStream::new("raced");
    proxy.cut_once_and_hold(WRITE);
    let late = stream.draft(&SampleCommit::of(1));
    let sending = tokio::spawn(async move { ours.commit(late).await });
    tokio::task::block_in_place(|| proxy.wait_for_cuts(1));
    let first = stream.draft(&SampleCommit::of(3));
    let committed = theirs.commit(first.clone()).await.unwrap();
    ledger.acked(first, committed.position);
    proxy.release();
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Conflict { version: 3 });
    ledger.check(&theirs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_answered_after_a_cut() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let store = JetStreamStore::connect(&proxy.url()).await.unwrap();
    let mut stream = SampleStream::new("read");
    for _ in 0..40 {
        store.commit(stream.commit(1)).await.unwrap();
    }
    for cut in [Cut::BeforeTheServer("DIRECT.GET"), Cut::BeforeTheClient("Cim-Back")] {
        let cuts = proxy.cuts();
        proxy.cut_once(cut);
        assert_eq!(store.read_stream(stream.name(), 0).await.unwrap().len(), 40);
        assert_eq!(proxy.cuts(), cuts + 1);
        assert_eq!(store.read_all(0, 100).await.unwrap().len(), 40);
    }
}
