//! Three servers and three replicas, of which one fails at a time.

use std::sync::Arc;

use cim_runtime::store::conformance::{CHECKS, SampleStream};
use cim_runtime::store::{
    Durability, JetStreamOptions, JetStreamStore, Store as _, StoreErrorKind,
};
use cim_test_nats::{Cluster, Server};
use tokio::sync::watch;

use super::ledger::{Ledger, contend, write};

fn options() -> JetStreamOptions {
    JetStreamStore::options().durability(Durability::Replicated).domain("sample")
}

async fn connect(url: &str) -> JetStreamStore {
    connect_with(&options(), url).await
}

/// Connects once the servers have settled who leads.
pub(super) async fn connect_with(options: &JetStreamOptions, url: &str) -> JetStreamStore {
    loop {
        match options.clone().connect(url).await {
            Ok(store) => return store,
            Err(error) => assert_eq!(error.kind(), StoreErrorKind::Io, "{error}"),
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

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answered_for_is_lost_when_leaders_are_killed_and_paused() {
    let mut cluster = Cluster::start();
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
    for round in 0..3 {
        ledger.more(50).await;
        let leader = leader(&url).await;
        let server = named(&mut cluster, &leader);
        // The others go on without it.
        if round == 1 {
            server.pause();
            ledger.more(50).await;
            server.resume();
        } else {
            server.kill();
            ledger.more(50).await;
            server.restart();
        }
    }
    ledger.more(50).await;
    stop.send(true).unwrap();
    for writer in writers {
        writer.await.unwrap();
    }
    let store = connect(&url).await;
    ledger.check(&store).await;
    store.commit(SampleStream::new("afterwards").commit(1)).await.unwrap();
}
