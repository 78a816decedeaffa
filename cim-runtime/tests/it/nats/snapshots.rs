//! Snapshots that do not fit into one message.

use async_nats::jetstream::{self, object_store::ObjectStore};
use bytes::Bytes;
use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{JetStreamStore, Store as _};
use cim_runtime::{EventCid, StreamName};
use cim_test_nats::Server;

use super::{client_of, store_on};

/// Bytes that no two numbers share, and that are not compressed away.
fn bytes(len: usize, number: u8) -> Bytes {
    let mut bytes = Vec::with_capacity(len + 32);
    let mut next = EventCid::of(&[number]);
    while bytes.len() < len {
        bytes.extend_from_slice(next.digest());
        next = EventCid::of(next.digest());
    }
    bytes.truncate(len);
    bytes.into()
}

async fn kept(store: &JetStreamStore, name: &StreamName, snapshot: &Bytes) -> bool {
    store.keep_snapshot(name, snapshot.clone()).await.unwrap();
    store.snapshot(name).await.unwrap().as_ref() == Some(snapshot)
}

async fn objects(server: &Server) -> ObjectStore {
    let jetstream = jetstream::new(client_of(server).await);
    jetstream.get_object_store("CIM_large_snapshots").await.unwrap()
}

/// Removes a piece of the object, or all.
async fn remove(server: &Server, bucket: &ObjectStore, name: &StreamName, all: bool) {
    let nuid = bucket.info(name.as_str()).await.unwrap().nuid;
    let jetstream = jetstream::new(client_of(server).await);
    let stream = jetstream.get_stream("OBJ_CIM_large_snapshots").await.unwrap();
    let subject = format!("$O.CIM_large_snapshots.C.{nuid}");
    if all {
        stream.purge().filter(subject).await.unwrap();
    } else {
        let piece = stream.get_last_raw_message_by_subject(&subject).await.unwrap();
        stream.delete_message(piece.sequence - 1).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_many_messages_is_kept() {
    let server = Server::start();
    let (store, other) = (store_on(&server).await, store_on(&server).await);
    let (one, two) = (SampleStream::new("one"), SampleStream::new("two"));
    for (number, len) in [(1, 5 << 20), (2, 100), (3, 3 << 20), (4, 6 << 20), (5, 1 << 20)] {
        let snapshot = bytes(len, number);
        assert!(kept(&store, one.name(), &snapshot).await, "{len}");
        assert_eq!(other.snapshot(one.name()).await.unwrap(), Some(snapshot));
    }
    assert_eq!(store.snapshot(two.name()).await.unwrap(), None);
    // Of what was replaced nothing is left.
    let jetstream = jetstream::new(client_of(&server).await);
    let mut stream = jetstream.get_stream("OBJ_CIM_large_snapshots").await.unwrap();
    assert!(stream.info().await.unwrap().state.bytes < 2 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_snapshot_is_passed_over() {
    let server = Server::start();
    let (store, one) = (store_on(&server).await, SampleStream::new("one"));
    let name = one.name();
    for all in [false, true] {
        assert!(kept(&store, name, &bytes(3 << 20, 1)).await);
        remove(&server, &objects(&server).await, name, all).await;
        assert_eq!(store.snapshot(name).await.unwrap(), None, "all: {all}");
    }
    // It is no obstacle to the next.
    assert!(kept(&store, name, &bytes(2 << 20, 2)).await);
    objects(&server).await.delete(name.as_str()).await.unwrap();
    assert_eq!(store.snapshot(name).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_is_half_written_changes_nothing() {
    let server = Server::start();
    let (store, one) = (store_on(&server).await, SampleStream::new("one"));
    let snapshot = bytes(2 << 20, 1);
    assert!(kept(&store, one.name(), &snapshot).await);
    // A writer that ends after some of the pieces.
    let jetstream = jetstream::new(client_of(&server).await);
    for _ in 0..3 {
        let piece = bytes(128 << 10, 9);
        let subject = "$O.CIM_large_snapshots.C.another";
        jetstream.publish(subject, piece).await.unwrap().await.unwrap();
    }
    assert_eq!(store.snapshot(one.name()).await.unwrap(), Some(snapshot));
}
