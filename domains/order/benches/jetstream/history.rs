//! A stream of many events: one aggregate loaded by a process that knows nothing, events looked up, and
//! what the index takes.

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream::Stream};
use cim_runtime::Uuid;
use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{JetStreamStore, Lookup, Store as _, StoredEvent};
use cim_test_nats::Server;
use futures::stream::{self, StreamExt as _};

use crate::numbers::{median, middle, percentile, resident};

/// How many events the stream has; `EVENTS` overrides it.
const EVENTS: usize = 1_000_000;

/// How many events an aggregate has, but for one.
const EACH: usize = 10;

/// How many events that one has, in between all others.
const LONG: usize = 1_000;

/// How many commits and questions are on their way at once.
const AT_ONCE: usize = 256;

/// How often each thing is asked.
const QUESTIONS: usize = 2_000;
const LOADS: usize = 30;

pub async fn run() {
    let events = std::env::var("EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(EVENTS);
    let server = Server::start();
    let writer = JetStreamStore::connect(&server.url()).await.unwrap();
    let long = fill(&writer, events).await;
    drop(writer);
    load(&server, &long).await;
    let folder = tempfile::TempDir::new().unwrap();
    let store = index(&server, folder.path(), events).await;
    look_up(&store).await;
    drop(store);
    again(&server, folder.path()).await;
}

/// Stores the events: many short aggregates, and a long one among them.
async fn fill(store: &JetStreamStore, events: usize) -> SampleStream {
    let start = Instant::now();
    let aggregates = (events - LONG) / EACH;
    let mut long = SampleStream::new("long");
    let mut short = stream::iter(0..aggregates)
        .map(|number| async move {
            let mut stream = SampleStream::new(&format!("a-{number}"));
            for _ in 0..EACH {
                store.commit(stream.commit(1)).await.unwrap();
            }
        })
        .buffer_unordered(AT_ONCE);
    let every = aggregates / LONG;
    let mut done = 0;
    while short.next().await.is_some() {
        done += 1;
        if done % every == 0 && long.version() < LONG as u64 {
            store.commit(long.commit(1)).await.unwrap();
        }
    }
    drop(short);
    while long.version() < LONG as u64 {
        store.commit(long.commit(1)).await.unwrap();
    }
    let took = start.elapsed();
    println!("{events} events of {} aggregates stored in {took:.1?}", aggregates + 1);
    long
}

/// The long aggregate, by a store that knows nothing; and its messages by the client alone.
async fn load(server: &Server, long: &SampleStream) {
    let client = jetstream::new(crate::connect(&server.url()).await);
    let raw = client.get_stream("CIM").await.unwrap();
    let mut sequences = Vec::new();
    let store = JetStreamStore::connect(&server.url()).await.unwrap();
    for event in store.read_stream(long.name(), 0).await.unwrap() {
        sequences.push((event.position >> 16) + 1);
    }
    let (mut cold, mut gets, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..LOADS {
        let store = JetStreamStore::connect(&server.url()).await.unwrap();
        let start = Instant::now();
        assert_eq!(store.read_stream(long.name(), 0).await.unwrap().len(), LONG);
        cold.push(start.elapsed());
        gets.push(direct_gets(&raw, &sequences).await);
        let (ours, floor) = (cold[cold.len() - 1], gets[gets.len() - 1]);
        ratios.push(ours.as_secs_f64() / floor.as_secs_f64());
    }
    println!(
        "load of {LONG} events by a store that knows nothing: {:.1?}; direct gets: {:.1?}; median {:.2}",
        middle(cold),
        middle(gets),
        median(&mut ratios)
    );
}

async fn direct_gets(stream: &Stream, sequences: &[u64]) -> Duration {
    let start = Instant::now();
    let gets = stream::iter(sequences).map(|sequence| stream.direct_get(*sequence));
    let gets: Vec<_> = gets.buffer_unordered(AT_ONCE).collect().await;
    let took = start.elapsed();
    assert!(gets.iter().all(Result::is_ok));
    took
}

/// Builds the index on disk from nothing.
async fn index(server: &Server, folder: &std::path::Path, events: usize) -> JetStreamStore {
    let before = resident();
    let start = Instant::now();
    let store = JetStreamStore::options().index(folder).connect(&server.url()).await.unwrap();
    let never = Lookup::EventType("Never".to_owned());
    assert!(store.lookup(never, 0, 1).await.unwrap().is_empty());
    let took = start.elapsed();
    let rate = events as f64 / took.as_secs_f64();
    println!(
        "index from nothing: {took:.1?}, {rate:.0} events/s, {:.0} MiB more in memory, {:.0} MiB on disk",
        (resident() - before) / 1024.0,
        size(folder) as f64 / f64::from(1 << 20)
    );
    store
}

/// A process that comes back to its index.
async fn again(server: &Server, folder: &std::path::Path) {
    let start = Instant::now();
    let store = JetStreamStore::options().index(folder).connect(&server.url()).await.unwrap();
    let never = Lookup::EventType("Never".to_owned());
    assert!(store.lookup(never, 0, 1).await.unwrap().is_empty());
    println!("index of a process that comes back: {:.1?}", start.elapsed());
}

async fn look_up(store: &JetStreamStore) {
    let sample = sample(store).await;
    let (mut cids, mut correlations) = (Vec::new(), Vec::new());
    for event in &sample {
        let start = Instant::now();
        assert_eq!(store.find(&event.cid).await.unwrap().as_ref(), Some(event));
        cids.push(start.elapsed());
        let correlation = event.envelope().unwrap().correlation;
        let start = Instant::now();
        let found = store.lookup(Lookup::Correlation(correlation), 0, 100).await.unwrap();
        assert_eq!(found.len(), 1);
        correlations.push(start.elapsed());
    }
    let absent = Lookup::Correlation(Uuid::now_v7());
    assert!(store.lookup(absent, 0, 100).await.unwrap().is_empty());
    for (name, times) in [("CID", cids), ("correlation", correlations)] {
        let (p50, p99) = (percentile(times.clone(), 50), percentile(times, 99));
        println!("by {name}: p50 {p50:.1?}, p99 {p99:.1?}");
    }
    // The same while somebody writes.
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut stream = SampleStream::new("meanwhile");
            loop {
                store.commit(stream.commit_of(&SampleCommit::of(1))).await.unwrap();
            }
        })
    };
    let mut times = Vec::new();
    for event in &sample {
        let start = Instant::now();
        assert!(store.find(&event.cid).await.unwrap().is_some());
        times.push(start.elapsed());
    }
    writing.abort();
    let (p50, p99) = (percentile(times.clone(), 50), percentile(times, 99));
    println!("by CID while another writes: p50 {p50:.1?}, p99 {p99:.1?}");
}

/// Events from everywhere.
async fn sample(store: &JetStreamStore) -> Vec<StoredEvent> {
    let last = store.head().await.unwrap().unwrap().number;
    let mut sample = Vec::new();
    for number in 0..QUESTIONS as u64 {
        let after = last / QUESTIONS as u64 * number;
        sample.extend(store.read_all(after, 1).await.unwrap());
    }
    sample
}

fn size(folder: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.metadata().unwrap() {
            metadata if metadata.is_dir() => size(&entry.path()),
            metadata => metadata.len(),
        })
        .sum()
}
