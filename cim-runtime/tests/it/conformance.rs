//! Every store passes every check.

use std::sync::Arc;

use cim_runtime::store::conformance::{CHECKS, Subject};
use cim_runtime::store::{EmbeddedStore, JetStreamStore, MemoryStore};
use cim_test_nats::Server;
use tempfile::TempDir;

async fn all(mut make: impl FnMut() -> Subject) {
    for (_, check) in CHECKS {
        check(make()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_memory_store_conforms() {
    all(|| Arc::new(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_embedded_store_conforms() {
    let mut dirs = Vec::new();
    all(|| {
        let dir = TempDir::new().unwrap();
        let store = EmbeddedStore::open(dir.path()).unwrap();
        dirs.push(dir);
        Arc::new(store)
    })
    .await;
}

// A segment for nearly every group: everything asked for has been sealed and indexed, or is about
// to be.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_embedded_store_conforms_with_tiny_segments() {
    let mut dirs = Vec::new();
    all(|| {
        let dir = TempDir::new().unwrap();
        let store = EmbeddedStore::options().segment_size(2000).open(dir.path()).unwrap();
        dirs.push(dir);
        Arc::new(store)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_jetstream_store_conforms() {
    for (_, check) in CHECKS {
        let server = Server::start();
        check(Arc::new(JetStreamStore::connect(&server.url()).await.unwrap())).await;
    }
}
