//! Servers that are killed and paused while they are written to.

use std::time::Duration;

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{JetStreamStore, Store as _, StoreErrorKind};
use cim_test_nats::Server;
use futures::StreamExt as _;
use tokio::sync::watch;

use super::ledger::{Ledger, contend, write};
use super::store_on;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_the_server_is_killed_20_times() {
    let mut server = Server::start();
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let mut writers = Vec::new();
    for process in 0..2 {
        let store = store_on(&server).await;
        for writer in 0..3 {
            let id = format!("{process}-{writer}");
            writers.push(tokio::spawn(write(store.clone(), id, ledger.clone(), stopped.clone())));
        }
        let shared = contend(store, "shared".to_owned(), ledger.clone(), stopped.clone());
        writers.push(tokio::spawn(shared));
    }
    for _ in 0..20 {
        ledger.more(100).await;
        server.kill();
        server.restart();
    }
    ledger.more(100).await;
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(ledger.count() >= 2_100);
    ledger.check(&store_on(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_goes_on_over_kills_without_gap_or_repeat() {
    let mut server = Server::start();
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let store = store_on(&server).await;
    let mut following = store.subscribe(0);
    let writer = write(store.clone(), "followed".to_owned(), ledger.clone(), stopped);
    let writer = tokio::spawn(writer);
    let mut followed = vec![following.next().await.unwrap().unwrap()];
    for _ in 0..5 {
        server.kill();
        server.restart();
        ledger.more(20).await;
        // It is seen to go on between the kills.
        followed.push(following.next().await.unwrap().unwrap());
    }
    stop.send(true).unwrap();
    writer.await.unwrap();
    let all = store.read_all(0, usize::MAX).await.unwrap();
    let rest = following.take(all.len() - followed.len());
    followed.extend(rest.map(|event| event.unwrap()).collect::<Vec<_>>().await);
    assert_eq!(followed, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_is_unknown_is_settled_by_sending_the_commit_again() {
    let server = Server::start();
    let ledger = Ledger::new();
    let patient = store_on(&server).await;
    let options = JetStreamStore::options().deadline(Duration::from_millis(300));
    let hasty = options.connect(&server.url()).await.unwrap();
    let (mut one, mut two) = (SampleStream::new("one"), SampleStream::new("two"));
    for stream in [&mut one, &mut two] {
        hasty.commit(stream.commit(1)).await.unwrap();
    }
    server.pause();
    let commit = one.commit(1);
    let error = hasty.commit(commit.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.commit()), (StoreErrorKind::Unknown, Some(&commit)));
    assert!(!error.is_retryable(), "whoever decides again may do it twice");
    let waiting = tokio::spawn({
        let (patient, commit) = (patient.clone(), two.commit(2));
        async move { (commit.clone(), patient.commit(commit).await.unwrap()) }
    });
    server.resume();
    // What had timed out lands after all, or is stored now: once, in any case.
    let committed = patient.commit(error.commit().unwrap().clone()).await.unwrap();
    ledger.acked(commit, committed.position);
    let (commit, committed) = waiting.await.unwrap();
    ledger.acked(commit, committed.position);
    ledger.check(&patient).await;
    assert_eq!(patient.read_stream(one.name(), 0).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_the_server_is_paused_for_10_seconds() {
    let server = Server::start();
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let store = store_on(&server).await;
    let mut writers = Vec::new();
    for writer in 0..4 {
        let id = writer.to_string();
        writers.push(tokio::spawn(write(store.clone(), id, ledger.clone(), stopped.clone())));
    }
    let shared = contend(store, "shared".to_owned(), ledger.clone(), stopped);
    writers.push(tokio::spawn(shared));
    ledger.more(100).await;
    server.pause();
    // This is what is tested, and not a wait for something.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = ledger.count();
    server.resume();
    ledger.more(100).await;
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(ledger.count() >= before + 100);
    ledger.check(&store_on(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_is_said_to_be() {
    let mut server = Server::start();
    let options = JetStreamStore::options().deadline(Duration::from_millis(300));
    let store = options.connect(&server.url()).await.unwrap();
    let mut stream = SampleStream::new("one");
    store.commit(stream.commit(1)).await.unwrap();
    server.kill();
    let error = store.read_stream(stream.name(), 0).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    let commit = stream.draft(&SampleCommit::of(1));
    let error = store.commit(commit.clone()).await.unwrap_err();
    // Whether it was sent before the connection was seen to be lost is a matter of chance.
    assert!(matches!(error.kind(), StoreErrorKind::Io | StoreErrorKind::Unknown), "{error}");
    server.restart();
    let patient = store_on(&server).await;
    patient.commit(commit).await.unwrap();
    // Once it is back, the hasty one finds it, too.
    let commit = SampleStream::new("two").commit(1);
    while let Err(error) = store.commit(commit.clone()).await {
        assert!(error.is_retryable() || error.kind() == StoreErrorKind::Unknown, "{error}");
    }
}
