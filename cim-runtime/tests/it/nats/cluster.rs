//! Three servers and three replicas, of which one fails at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cim_runtime::store::conformance::{CHECKS, SampleStream};
use cim_runtime::store::{
    Durability, JetStreamOptions, JetStreamStore, Store as _, StoreErrorKind,
};
use cim_test_nats::{Cluster, Server};
use futures::future::join_all;
use futures::stream::{self, StreamExt as _};
use tokio::sync::watch;

use super::ledger::{Ledger, contend, write};

fn options() -> JetStreamOptions {
    JetStreamStore::options().durability(Durability::Replicated).domain("sample")
}

async fn connect(url: &str) -> JetStreamStore {
    connect_with(&options(), url).await
}

/// How long three servers may take to settle who leads.
const SETTLED: Duration = Duration::from_secs(120);

/// Connects once the servers have settled who leads.
pub(super) async fn connect_with(options: &JetStreamOptions, url: &str) -> JetStreamStore {
    let begin = Instant::now();
    loop {
        match options.clone().connect(url).await {
            Ok(store) => return store,
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Io, "{error}");
                assert!(begin.elapsed() < SETTLED, "nobody leads: {error}");
            }
        }
    }
}

async fn leader(store_url: &str) -> String {
    let client = async_nats::connect(store_url.split(',').collect::<Vec<_>>()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    loop {
        if let Ok(stream) = jetstream.get_stream("CIM").await
            && let Some(leader) =
                stream.cached_info().cluster.as_ref().and_then(|cluster| cluster.leader.clone())
        {
            return leader;
        }
    }
}

/// The server with this name.
fn named<'a>(cluster: &'a mut Cluster, name: &str) -> &'a mut Server {
    let number: usize = name.strip_prefix('s').unwrap().parse().unwrap();
    &mut cluster.servers()[number]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replicated_store_conforms() {
    let cluster = Cluster::start();
    let url = cluster.url();
    // Each needs an empty store, and only one stream can have the subjects.
    for (_, check) in CHECKS {
        let store = connect(&url).await;
        check(Arc::new(store)).await;
        let client = async_nats::connect(url.split(',').collect::<Vec<_>>()).await.unwrap();
        async_nats::jetstream::new(client).delete_stream("CIM").await.unwrap();
    }
}

/// Writers of two processes, while things happen to the servers.
async fn written_to(mut cluster: Cluster, happens: impl AsyncFn(&mut Cluster, &Ledger)) {
    let url = cluster.url();
    let (stop, stopped) = watch::channel(false);
    let ledger = Ledger::new();
    let mut writers = Vec::new();
    for process in 0..2 {
        let store = connect(&url).await;
        for writer in 0..2 {
            let id = format!("{process}-{writer}");
            writers.push(tokio::spawn(write(store.clone(), id, ledger.clone(), stopped.clone())));
        }
        let shared = contend(store, "shared".to_owned(), ledger.clone(), stopped.clone());
        writers.push(tokio::spawn(shared));
    }
    ledger.more(50).await;
    happens(&mut cluster, &ledger).await;
    ledger.more(50).await;
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    let store = connect(&url).await;
    ledger.check(&store).await;
    store.commit(SampleStream::new("afterwards").commit(1)).await.unwrap();
    eprintln!("{} commits were answered for, and all are there", ledger.count());
}

async fn kill_the_leader(cluster: &mut Cluster, ledger: &Ledger) {
    let leader = leader(&cluster.url()).await;
    let server = named(cluster, &leader);
    server.kill();
    // The others go on without it.
    ledger.more(50).await;
    server.restart();
    ledger.more(50).await;
}

async fn pause_the_leader(cluster: &mut Cluster, ledger: &Ledger) {
    let leader = leader(&cluster.url()).await;
    let server = named(cluster, &leader);
    server.pause();
    ledger.more(50).await;
    server.resume();
    ledger.more(50).await;
}

async fn kill_all(cluster: &mut Cluster, ledger: &Ledger) {
    for server in cluster.servers() {
        server.kill();
    }
    for server in cluster.servers() {
        server.restart();
    }
    ledger.more(50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_leaders_are_killed_and_paused() {
    written_to(Cluster::start(), async |cluster, ledger| {
        kill_the_leader(cluster, ledger).await;
        pause_the_leader(cluster, ledger).await;
        kill_the_leader(cluster, ledger).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_all_servers_are_killed_at_once() {
    written_to(Cluster::start(), kill_all).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a soak of minutes: see CONTRIBUTING.md"]
async fn soak_leaders_are_killed_10_times() {
    written_to(Cluster::start(), async |cluster, ledger| {
        for _ in 0..10 {
            kill_the_leader(cluster, ledger).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a soak of minutes: see CONTRIBUTING.md"]
async fn soak_all_servers_are_killed_at_once_10_times() {
    written_to(Cluster::start(), async |cluster, ledger| {
        for _ in 0..10 {
            kill_all(cluster, ledger).await;
        }
    })
    .await;
}

/// How long each of these loads took, the longest last.
async fn loads(store: &JetStreamStore, streams: &[SampleStream], times: usize) -> Vec<Duration> {
    let all = streams.iter().cycle().take(streams.len() * times);
    let mut took: Vec<_> = stream::iter(all)
        .map(|stream| async move {
            let start = Instant::now();
            let events = store.read_stream(stream.name(), 0).await.unwrap();
            assert_eq!(events.len() as u64, stream.version());
            start.elapsed()
        })
        .buffer_unordered(4)
        .collect()
        .await;
    took.sort();
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn loads_stay_under_200_ms_at_p99_while_a_follower_hangs() {
    const LIMIT: Duration = Duration::from_millis(200);
    let mut cluster = Cluster::start();
    let url = cluster.url();
    let store = connect(&url).await;
    let mut streams: Vec<_> = (0..20).map(|id| SampleStream::new(&id.to_string())).collect();
    for _ in 0..40 {
        let commits = streams.iter_mut().map(|stream| store.commit(stream.commit(1)));
        for answer in join_all(commits).await {
            answer.unwrap();
        }
    }
    let leader = leader(&url).await;
    let follower = ["s0", "s1", "s2"].into_iter().find(|name| *name != leader).unwrap();
    // A process that has just started, and is not connected to the server that will hang.
    let others = ["s0", "s1", "s2"].into_iter().filter(|name| *name != follower);
    let others: Vec<_> =
        others.map(|name| named(&mut cluster, name).address().to_string()).collect();
    let cold = connect(&format!("nats://{}", others.join(","))).await;
    let hanging = named(&mut cluster, follower);
    hanging.pause();
    let took = loads(&cold, &streams, 20).await;
    hanging.resume();
    let (p50, p99) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    eprintln!("while a follower hangs, {} loads: p50 {p50:?}, p99 {p99:?}", took.len());
    assert!(p99 < LIMIT, "p50 {p50:?}, p99 {p99:?}");
}
