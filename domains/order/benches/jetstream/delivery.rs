//! How long an event is on its way to a subscriber, at 10,000 events a second.

use std::time::{Duration, Instant};

use cim_runtime::Timestamp;
use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{JetStreamStore, Store as _};
use cim_test_nats::Server;
use futures::StreamExt as _;

use crate::numbers::percentile;

/// How many events are stored each millisecond, each in a stream of its own.
const EACH: usize = 10;

/// For how long.
const SECONDS: u64 = 10;

pub async fn run() {
    let server = Server::start();
    // The subscriber is another process, as far as the server can tell.
    let store = JetStreamStore::connect(&server.url()).await.unwrap();
    let reader = JetStreamStore::connect(&server.url()).await.unwrap();
    let events = EACH * 1_000 * SECONDS as usize;
    let following = tokio::spawn(async move {
        let mut following = reader.subscribe(0).take(events);
        let mut times = Vec::with_capacity(events);
        while let Some(event) = following.next().await {
            let now = Timestamp::now();
            let sent = event.unwrap().envelope().unwrap().at;
            times.push(Duration::try_from(now.duration_since(sent)).unwrap_or_default());
        }
        times
    });
    let start = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    let mut next = 0;
    for _ in 0..events / EACH {
        ticks.tick().await;
        for _ in 0..EACH {
            // Its time is when it is sent.
            let commit = SampleStream::new(&format!("s-{next}")).commit(1);
            next += 1;
            let store = store.clone();
            tokio::spawn(async move { store.commit(commit).await.unwrap() });
        }
    }
    let rate = events as f64 / start.elapsed().as_secs_f64();
    let times = following.await.unwrap();
    let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(times.clone(), percent));
    println!(
        "delivery at {rate:.0} events/s, from sending on: p50 {p50:.1?}, p95 {p95:.1?}, p99 {p99:.1?}"
    );
}
