//! The index for lookups: in memory or in a folder, it answers with what is in the stream.

use std::fs;
use std::path::{Path, PathBuf};

use async_nats::jetstream::{self, Context};
use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{JetStreamStore, Lookup, Store as _, StoredEvent};
use cim_runtime::{Timestamp, Uuid};
use cim_test_nats::Server;
use futures::future::join_all;
use tempfile::TempDir;

use super::{client_of, store_on};
use crate::files::copy_into;

/// More than a run of the index has, so that some are on disk and some in memory.
const EVENTS: usize = 20_000;

/// How many events a commit has here.
const EACH: usize = 25;

async fn indexed(server: &Server, folder: &Path) -> JetStreamStore {
    JetStreamStore::options().index(folder).connect(&server.url()).await.unwrap()
}

/// Stores so many events in streams that begin with `name`; every third commit is of one root command.
async fn fill(store: &JetStreamStore, name: &str, events: usize, root: Uuid) {
    let streams = (0..16).map(|number| async move {
        let mut stream = SampleStream::new(&format!("{name}-{number}"));
        for count in 0..events / EACH / 16 {
            let types = [&["Made"][..], &["Made", "Sold"], &["Sold", "Lost", "Found"]];
            let sample = SampleCommit {
                event_types: types[count % 3].iter().copied().cycle().take(EACH).collect(),
                correlation: if count % 3 == 0 { root } else { Uuid::now_v7() },
                ..SampleCommit::of(0)
            };
            store.commit(stream.commit_of(&sample)).await.unwrap();
        }
    });
    join_all(streams).await;
}

fn matches(lookup: &Lookup, event: &StoredEvent) -> bool {
    let envelope = event.envelope().unwrap();
    match lookup {
        Lookup::Correlation(id) => envelope.correlation == *id,
        Lookup::EventType(name) => envelope.event_type == *name,
        Lookup::Time(span) => span.contains(&envelope.at),
    }
}

/// Asks for all there is, and compares the answers with what is in the stream.
async fn answers_for_all(store: &JetStreamStore, root: Uuid) -> Vec<StoredEvent> {
    let all = store_events(store).await;
    let at = |part: usize| all[all.len() * part / 4].envelope().unwrap().at;
    let single = all[all.len() / 2].envelope().unwrap().correlation;
    for lookup in [
        Lookup::Correlation(root),
        Lookup::Correlation(single),
        Lookup::Correlation(Uuid::nil()),
        Lookup::EventType("Sold".to_owned()),
        Lookup::EventType("Never".to_owned()),
        Lookup::Time(Timestamp::UNIX_EPOCH..Timestamp::MAX),
        Lookup::Time(at(1)..at(3)),
        Lookup::Time(at(3)..at(1)),
    ] {
        for (after, limit) in [(0, 10), (all[all.len() / 3].position, 1000), (0, usize::MAX)] {
            let found = store.lookup(lookup.clone(), after, limit).await.unwrap();
            let expected = all.iter().filter(|event| event.position > after);
            let expected = expected.filter(|event| matches(&lookup, event)).take(limit);
            assert!(found.iter().eq(expected), "{lookup:?} after {after}, {limit}");
        }
    }
    for event in all.iter().step_by(all.len() / 50) {
        assert_eq!(store.find(&event.cid).await.unwrap().as_ref(), Some(event));
    }
    all
}

async fn store_events(store: &JetStreamStore) -> Vec<StoredEvent> {
    store.read_all(0, usize::MAX).await.unwrap()
}

/// A file that is gone once the index is built anew.
fn mark(folder: &Path) -> PathBuf {
    let mark = folder.join("CIM-0/index/mark");
    fs::write(&mark, "").unwrap();
    mark
}

/// A stream of which an operator may delete.
async fn deletable(server: &Server) -> Context {
    let jetstream = jetstream::new(client_of(server).await);
    let config = jetstream::stream::Config {
        name: "CIM".to_owned(),
        subjects: vec!["sample.evt.*.*".to_owned()],
        discard: jetstream::stream::DiscardPolicy::New,
        allow_direct: true,
        ..Default::default()
    };
    jetstream.create_stream(config).await.unwrap();
    jetstream
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_in_memory_answers_for_all() {
    let server = Server::start();
    let (store, root) = (store_on(&server).await, Uuid::now_v7());
    fill(&store, "a", EVENTS, root).await;
    answers_for_all(&store, root).await;
    answers_for_all(&store_on(&server).await, root).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_on_disk_goes_on_where_it_was() {
    let (server, folder, root) = (Server::start(), TempDir::new().unwrap(), Uuid::now_v7());
    let store = indexed(&server, folder.path()).await;
    fill(&store, "a", EVENTS, root).await;
    answers_for_all(&store, root).await;
    drop(store);
    let mark = mark(folder.path());
    fill(&store_on(&server).await, "b", EVENTS, root).await;
    let store = indexed(&server, folder.path()).await;
    assert_eq!(answers_for_all(&store, root).await.len(), 2 * EVENTS);
    assert!(mark.exists());
    store.rebuild_index().await.unwrap();
    assert!(!mark.exists());
    answers_for_all(&store, root).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_an_answer_finds_the_event() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let (store, other) = (indexed(&server, folder.path()).await, store_on(&server).await);
    let mut stream = SampleStream::new("kettle");
    for _ in 0..100 {
        let commit = stream.commit(2);
        store.commit(commit.clone()).await.unwrap();
        for store in [&store, &other] {
            assert!(store.find(&commit.head()).await.unwrap().is_some());
            assert_eq!(store.index_lag().await.unwrap(), 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_have_folders_of_their_own() {
    let (server, folder, root) = (Server::start(), TempDir::new().unwrap(), Uuid::now_v7());
    let (one, two) = (indexed(&server, folder.path()).await, indexed(&server, folder.path()).await);
    fill(&one, "a", 2_000, root).await;
    answers_for_all(&one, root).await;
    answers_for_all(&two, root).await;
    assert!(folder.path().join("CIM-0").is_dir() && folder.path().join("CIM-1").is_dir());
    assert!(!folder.path().join("CIM-2").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_another_stream_of_the_same_name_nothing_is_kept() {
    let (server, folder, root) = (Server::start(), TempDir::new().unwrap(), Uuid::now_v7());
    let store = indexed(&server, folder.path()).await;
    fill(&store, "a", EVENTS, root).await;
    let old = answers_for_all(&store, root).await;
    drop(store);
    let mark = mark(folder.path());
    jetstream::new(client_of(&server).await).delete_stream("CIM").await.unwrap();
    fill(&store_on(&server).await, "b", EVENTS, root).await;
    let store = indexed(&server, folder.path()).await;
    assert_eq!(store.find(&old[0].cid).await.unwrap(), None);
    answers_for_all(&store, root).await;
    assert!(!mark.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_stream_that_was_restored_from_an_older_copy_nothing_is_kept() {
    let (mut server, folder) = (Server::start(), TempDir::new().unwrap());
    let root = Uuid::now_v7();
    fill(&store_on(&server).await, "before", 2_000, root).await;
    let (files, backup) = (server.folder().join("jetstream"), server.folder().join("backup"));
    server.kill();
    copy_into(&files, &backup);
    server.restart();
    let store = indexed(&server, folder.path()).await;
    fill(&store, "lost", EVENTS, root).await;
    let lost = answers_for_all(&store, root).await.pop().unwrap();
    drop(store);
    let mark = mark(folder.path());
    server.kill();
    fs::remove_dir_all(&files).unwrap();
    fs::rename(&backup, &files).unwrap();
    server.restart();
    fill(&store_on(&server).await, "new", EVENTS, root).await;
    let store = indexed(&server, folder.path()).await;
    assert_eq!(store.find(&lost.cid).await.unwrap(), None);
    answers_for_all(&store, root).await;
    assert!(!mark.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_index_is_built_anew() {
    let (server, folder, root) = (Server::start(), TempDir::new().unwrap(), Uuid::now_v7());
    let store = indexed(&server, folder.path()).await;
    fill(&store, "a", EVENTS, root).await;
    answers_for_all(&store, root).await;
    drop(store);
    let index = folder.path().join("CIM-0/index");
    let whole = folder.path().join("whole");
    copy_into(&index, &whole);
    let mut files = Vec::new();
    list(&whole, &mut files);
    assert!(files.len() > 3);
    for file in files {
        fs::remove_dir_all(&index).unwrap();
        copy_into(&whole, &index);
        let damaged = index.join(file.strip_prefix(&whole).unwrap());
        let len = fs::metadata(&damaged).unwrap().len() as usize;
        fs::write(&damaged, vec![0xa5; len.min(1 << 20)]).unwrap();
        let store = indexed(&server, folder.path()).await;
        let sold = Lookup::EventType("Sold".to_owned());
        let all = store_events(&store).await;
        let found = store.lookup(sold.clone(), 0, usize::MAX).await.unwrap();
        assert!(found.iter().eq(all.iter().filter(|event| matches(&sold, event))), "{file:?}");
        let some = &all[100];
        assert_eq!(store.find(&some.cid).await.unwrap().as_ref(), Some(some), "{file:?}");
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_waits_for_nothing_that_was_deleted() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let jetstream = deletable(&server).await;
    let writer = store_on(&server).await;
    let mut stream = SampleStream::new("kettle");
    for _ in 0..3 {
        writer.commit(stream.commit(1)).await.unwrap();
    }
    jetstream.get_stream("CIM").await.unwrap().delete_message(3).await.unwrap();
    let store = indexed(&server, folder.path()).await;
    let sampled = Lookup::EventType("Sampled".to_owned());
    assert_eq!(store.lookup(sampled, 0, 10).await.unwrap().len(), 2);
}
