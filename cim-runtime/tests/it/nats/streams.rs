//! Ids, sizes and contention.

use std::time::Duration;

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{JetStreamStore, Store as _, StoreError, StoreErrorKind};
use cim_runtime::{StreamName, Timestamp};
use cim_test_nats::Server;
use futures::future::join_all;

use super::ledger::Ledger;
use super::store_on;

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_any_letters_are_streams_of_their_own() {
    let server = Server::start();
    let store = store_on(&server).await;
    let ledger = Ledger::new();
    let long = "x".repeat(200);
    let ids = [
        "*", ">", "a.b", "a", "a b", " ", "a*", "$JS", "注文", "=", "a=b", "%", "a\tb", "a\r\nb",
        "\0", &long, "é", "e\u{301}", "A",
    ];
    let mut streams: Vec<_> = ids.iter().map(|id| SampleStream::new(id)).collect();
    for round in 1..=3 {
        for stream in &mut streams {
            let commit = stream.commit(round);
            let committed = store.commit(commit.clone()).await.unwrap();
            ledger.acked(commit, committed.position);
        }
    }
    let cold = store_on(&server).await;
    ledger.check(&cold).await;
    for stream in &mut streams {
        assert_eq!(cold.read_stream(stream.name(), 0).await.unwrap().len(), 6);
        cold.commit(stream.commit(1)).await.unwrap();
    }
    assert!(StreamName::new("sample.thing", &"x".repeat(300)).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_before_it_is_sent() {
    const LIMIT: usize = 64 * 1024;
    let server = Server::options().setting(&format!("max_payload: {LIMIT}")).start();
    let store = store_on(&server).await;
    let ledger = Ledger::new();
    let mut stream = SampleStream::new("large");
    let of = |data| SampleCommit { data, ..SampleCommit::of(1) };
    let error = store.commit(stream.draft(&of(2 * LIMIT))).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Invalid);
    assert!(error.to_string().contains("the server takes 65536"), "{error}");
    // To the byte: whatever passes the check is taken.
    let (mut taken, mut refused) = (0, LIMIT);
    while taken + 1 < refused {
        let data = taken.midpoint(refused);
        let commit = stream.draft(&of(data));
        match store.commit(commit.clone()).await {
            Ok(committed) => {
                stream = SampleStream::at("large", commit.version(), Some(commit.head()));
                ledger.acked(commit, committed.position);
                taken = data;
            }
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Invalid, "{error}");
                refused = data;
            }
        }
    }
    assert!((LIMIT - 1000..LIMIT).contains(&taken), "{taken} bytes were taken");
    ledger.check(&store).await;
    // The connection was kept.
    assert!(!server.log().contains("Maximum Payload"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_stream_says_so_and_keeps_what_it_has() {
    let server = Server::start();
    let store = store_on(&server).await;
    let ledger = Ledger::new();
    let mut stream = SampleStream::new("full");
    store.commit(stream.commit(1)).await.unwrap();
    let jetstream = async_nats::jetstream::new(super::client_of(&server).await);
    let mut config = jetstream.get_stream("CIM").await.unwrap().cached_info().config.clone();
    config.max_bytes = 20_000;
    jetstream.update_stream(&config).await.unwrap();
    let error = loop {
        let commit = stream.draft(&SampleCommit { data: 1000, ..SampleCommit::of(1) });
        match store.commit(commit.clone()).await {
            Ok(committed) => {
                stream = SampleStream::at("full", commit.version(), Some(commit.head()));
                ledger.acked(commit, committed.position);
            }
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    config.max_bytes = -1;
    jetstream.update_stream(&config).await.unwrap();
    store.commit(stream.commit(1)).await.unwrap();
    ledger.check(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_what_was_answered_for_stays() {
    // The disk of JetStream, as far as it goes.
    let server = Server::options().jetstream("max_file_store: 200KB").start();
    let store = store_on(&server).await;
    let ledger = Ledger::new();
    let mut streams: Vec<_> = (0..8).map(|id| SampleStream::new(&id.to_string())).collect();
    // Several at once: some are stored, and some find it full.
    let mut full = Vec::new();
    while full.is_empty() {
        let sent = streams.iter_mut().map(|stream| {
            let commit = stream.draft(&SampleCommit { data: 1000, ..SampleCommit::of(1) });
            let (store, ledger) = (&store, &ledger);
            async move {
                let committed = store.commit(commit.clone()).await?;
                let (version, head) = (commit.version(), commit.head());
                ledger.acked(commit, committed.position);
                Ok::<_, StoreError>((stream, version, head))
            }
        });
        for answer in join_all(sent).await {
            match answer {
                Ok((stream, version, head)) => {
                    let id = stream.name().as_str().rsplit('.').next().unwrap().to_owned();
                    *stream = SampleStream::at(&id, version, Some(head));
                }
                Err(error) => full.push(error),
            }
        }
    }
    for error in full {
        assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
        assert!(error.is_retryable() && error.to_string().contains("raise"), "{error}");
    }
    assert!(ledger.count() > 50, "{}", ledger.count());
    // It can be read by those who come now, and nothing is missing.
    let cold = store_on(&server).await;
    ledger.check(&cold).await;
    let small = streams[0].draft(&SampleCommit { data: 1000, ..SampleCommit::of(1) });
    assert_eq!(cold.commit(small).await.unwrap_err().kind(), StoreErrorKind::Full);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_64_writers_on_one_aggregate_each_wins_its_versions() {
    const WRITERS: usize = 64;
    let server = Server::start();
    let ledger = Ledger::new();
    let stores = [store_on(&server).await, store_on(&server).await];
    let writers = (0..WRITERS).map(|writer| {
        let (store, ledger) = (stores[writer % 2].clone(), ledger.clone());
        tokio::spawn(async move {
            let mut after: Vec<_> = Vec::new();
            loop {
                let name = SampleStream::new("one").name().clone();
                after.extend(store.read_stream(&name, after.len() as u64).await.unwrap());
                let head = after.last().map(|event: &cim_runtime::store::StoredEvent| event.cid);
                let commit = SampleStream::at("one", after.len() as u64, head).commit(1);
                match store.commit(commit.clone()).await {
                    Ok(committed) => return ledger.acked(commit, committed.position),
                    Err(error) => assert!(error.is_conflict(), "{error}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(ledger.count(), WRITERS);
    let cold = store_on(&server).await;
    ledger.check(&cold).await;
    let stored = cold.read_stream(SampleStream::new("one").name(), 0).await.unwrap();
    assert_eq!(stored.len(), WRITERS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_stream_is_loaded_whole_and_from_any_version() {
    let server = Server::start();
    let warm = store_on(&server).await;
    let (mut stream, mut other) = (SampleStream::new("long"), SampleStream::new("other"));
    let mut cids = Vec::new();
    for number in 0..1_100 {
        let commit = stream.commit_of(&SampleCommit {
            at: Timestamp::from_second(number).unwrap(),
            ..SampleCommit::of(1 + usize::from(number % 100 == 7))
        });
        cids.extend(commit.events().iter().map(|event| event.cid));
        warm.commit(commit).await.unwrap();
        if number % 50 == 0 {
            warm.commit(other.commit(1)).await.unwrap();
        }
    }
    let options = JetStreamStore::options().deadline(Duration::from_secs(60));
    let cold = options.connect(&server.url()).await.unwrap();
    for after in [0, 1, 31, 32, 33, 500, 1023, 1024, 1025, 1100, cids.len() - 1, cids.len(), 5000] {
        let stored = cold.read_stream(stream.name(), after as u64).await.unwrap();
        let found: Vec<_> = stored.iter().map(|event| event.cid).collect();
        assert_eq!(found, cids.get(after..).unwrap_or_default(), "after {after}");
    }
    // A head that is not known any more is found again.
    let few = JetStreamStore::options().heads(std::num::NonZeroUsize::MIN);
    let few = few.connect(&server.url()).await.unwrap();
    for _ in 0..3 {
        few.commit(stream.commit(1)).await.unwrap();
        few.commit(other.commit(1)).await.unwrap();
    }
    assert_eq!(cold.damage().await.unwrap(), []);
}
