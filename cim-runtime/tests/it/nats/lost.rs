//! Streams that lose what was answered for: it is noticed, named, and nothing more is written.

use std::path::Path;

use async_nats::jetstream::{self, Context};
use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{Alarm, JetStreamStore, Store as _, StoreErrorKind};
use cim_test_nats::Server;
use futures::StreamExt as _;

use super::{client_of, store_on};

async fn jetstream_of(server: &Server) -> Context {
    jetstream::new(client_of(server).await)
}

/// A stream whose operator did not forbid to purge it.
async fn purgeable(server: &Server) -> JetStreamStore {
    let config = jetstream::stream::Config {
        name: "CIM".to_owned(),
        subjects: vec!["sample.evt.*.*".to_owned()],
        discard: jetstream::stream::DiscardPolicy::New,
        allow_direct: true,
        ..Default::default()
    };
    jetstream_of(server).await.create_stream(config).await.unwrap();
    store_on(server).await
}

async fn alarmed(store: &JetStreamStore, alarm: Alarm, stream: &mut SampleStream) {
    let error = store.commit(stream.commit(1)).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Alarm(alarm), "{error}");
    assert!(error.to_string().starts_with(&format!("{alarm:?}: ")), "{error}");
    // And so for all others.
    let again = store.commit(SampleStream::new("another").commit(1)).await.unwrap_err();
    assert_eq!(again, error);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_aggregate_is_noticed() {
    let server = Server::start();
    let store = purgeable(&server).await;
    let (mut kept, mut purged) = (SampleStream::new("kept"), SampleStream::new("purged"));
    store.commit(purged.commit(3)).await.unwrap();
    store.commit(kept.commit(1)).await.unwrap();
    let stream = jetstream_of(&server).await.get_stream("CIM").await.unwrap();
    stream.purge().filter(purged.name().as_str()).await.unwrap();
    let error = store.read_stream(purged.name(), 0).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Alarm(Alarm::AckedEventLost), "{error}");
    alarmed(&store, Alarm::AckedEventLost, &mut purged).await;
    // What is left can be read.
    assert_eq!(store.read_stream(kept.name(), 0).await.unwrap().len(), 1);
    assert!(store_on(&server).await.damage().await.unwrap()[0].problem.contains("purged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_aggregate_is_noticed_by_its_next_commit() {
    let server = Server::start();
    let store = purgeable(&server).await;
    let mut purged = SampleStream::new("purged");
    store.commit(purged.commit(3)).await.unwrap();
    store.commit(SampleStream::new("kept").commit(1)).await.unwrap();
    let stream = jetstream_of(&server).await.get_stream("CIM").await.unwrap();
    stream.purge().filter(purged.name().as_str()).await.unwrap();
    alarmed(&store, Alarm::AckedEventLost, &mut purged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_is_refused_by_a_stream_of_ours() {
    let server = Server::start();
    let store = store_on(&server).await;
    store.commit(SampleStream::new("kept").commit(1)).await.unwrap();
    let stream = jetstream_of(&server).await.get_stream("CIM").await.unwrap();
    assert!(stream.purge().await.is_err());
    assert!(stream.delete_message(1).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_stream_is_noticed() {
    let server = Server::start();
    let store = store_on(&server).await;
    let mut stream = SampleStream::new("kettle");
    store.commit(stream.commit(1)).await.unwrap();
    let mut following = store.subscribe(0);
    following.next().await.unwrap().unwrap();
    jetstream_of(&server).await.delete_stream("CIM").await.unwrap();
    let ended = following.next().await.unwrap().unwrap_err();
    assert_eq!(ended.kind(), StoreErrorKind::Alarm(Alarm::AckedEventLost), "{ended}");
    assert!(following.next().await.is_none());
    alarmed(&store, Alarm::AckedEventLost, &mut stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_created_anew_is_noticed() {
    let server = Server::start();
    let store = store_on(&server).await;
    let mut stream = SampleStream::new("kettle");
    store.commit(stream.commit(1)).await.unwrap();
    jetstream_of(&server).await.delete_stream("CIM").await.unwrap();
    let other = store_on(&server).await;
    other.commit(SampleStream::new("other").commit(1)).await.unwrap();
    alarmed(&store, Alarm::Diverged, &mut stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_aggregate_does_not_begin_in_a_stream_that_went_back() {
    let server = Server::start();
    let store = store_on(&server).await;
    for id in ["one", "two"] {
        store.commit(SampleStream::new(id).commit(1)).await.unwrap();
    }
    jetstream_of(&server).await.delete_stream("CIM").await.unwrap();
    let options = JetStreamStore::options().domain("sample");
    options.connect(&server.url()).await.unwrap();
    alarmed(&store, Alarm::Rewound, &mut SampleStream::new("three")).await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

/// Lets the server come back with what it had at the first kill; meanwhile, `between` is stored.
async fn restored(between: u64, afterwards: u64) -> (Server, JetStreamStore) {
    let mut server = Server::start();
    let store = store_on(&server).await;
    store.commit(SampleStream::new("before").commit(1)).await.unwrap();
    let (folder, backup) = (server.folder().join("jetstream"), server.folder().join("backup"));
    server.kill();
    copy(&folder, &backup);
    server.restart();
    for number in 0..between {
        store.commit(SampleStream::new(&format!("lost-{number}")).commit(1)).await.unwrap();
    }
    server.kill();
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::rename(&backup, &folder).unwrap();
    server.restart();
    let other = store_on(&server).await;
    for number in 0..afterwards {
        other.commit(SampleStream::new(&format!("new-{number}")).commit(1)).await.unwrap();
    }
    (server, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_is_noticed() {
    let (_server, store) = restored(3, 0).await;
    alarmed(&store, Alarm::Rewound, &mut SampleStream::new("next")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_that_was_written_to_is_noticed() {
    let (_server, store) = restored(3, 5).await;
    alarmed(&store, Alarm::Diverged, &mut SampleStream::new("next")).await;
}

/// Changes the stream as an operator might.
async fn reconfigured(server: &Server, change: impl FnOnce(&mut jetstream::stream::Config)) {
    let context = jetstream_of(server).await;
    let mut config = context.get_stream("CIM").await.unwrap().cached_info().config.clone();
    change(&mut config);
    context.update_stream(&config).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_reconfigured_is_still_read_and_written() {
    let server = Server::start();
    let store = store_on(&server).await;
    let mut kettle = SampleStream::new("kettle");
    for _ in 0..40 {
        store.commit(kettle.commit(1)).await.unwrap();
    }
    // Nobody answers direct gets any more: the leader does.
    reconfigured(&server, |config| config.allow_direct = false).await;
    assert_eq!(store.read_stream(kettle.name(), 0).await.unwrap().len(), 40);
    assert_eq!(store.read_all(0, 100).await.unwrap().len(), 40);
    // Nor takes it our subjects: they are added again.
    reconfigured(&server, |config| config.subjects = vec!["other.evt.*.*".to_owned()]).await;
    store.commit(kettle.commit(1)).await.unwrap();
    assert_eq!(store.read_stream(kettle.name(), 0).await.unwrap().len(), 41);
    // Who comes now is told.
    let error = JetStreamStore::connect(&server.url()).await.unwrap_err();
    assert!(error.to_string().contains("allow_direct"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reconfigured_stream_drops_is_noticed() {
    let server = Server::start();
    let store = store_on(&server).await;
    let (mut first, mut last) = (SampleStream::new("first"), SampleStream::new("last"));
    store.commit(first.commit(1)).await.unwrap();
    for _ in 0..3 {
        store.commit(last.commit(1)).await.unwrap();
    }
    // What the stream's own denials do not prevent: it makes room, and drops the old.
    reconfigured(&server, |config| {
        config.discard = jetstream::stream::DiscardPolicy::Old;
        config.max_messages = 2;
    })
    .await;
    let error = store.read_stream(last.name(), 0).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Damaged, "{error}");
    assert!(error.to_string().contains("is missing"), "{error}");
    assert!(store.damage().await.unwrap()[0].problem.contains("purged"));
    alarmed(&store, Alarm::AckedEventLost, &mut first).await;
    let error = JetStreamStore::connect(&server.url()).await.unwrap_err();
    assert!(error.to_string().contains("discard") && error.to_string().contains("max_msgs"));
}
