//! The index can be lost in any way: it is built again, and answers as before.

use std::fs;
use std::path::{Path, PathBuf};

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{EmbeddedStore, Lookup, Store as _, StoredEvent};
use cim_runtime::{Timestamp, Uuid};
use futures::executor::block_on;
use tempfile::TempDir;

use crate::files::{all, copy, open, open_tiny, segments};

const STREAMS: usize = 5;

/// A closed store of many segments; every third commit has the correlation.
fn store_of(commits: usize, correlation: Uuid) -> TempDir {
    let dir = TempDir::new().unwrap();
    let store = open_tiny(dir.path());
    let mut streams: Vec<_> = (0..STREAMS).map(|i| SampleStream::new(&format!("s{i}"))).collect();
    for i in 0..commits {
        let sample = SampleCommit {
            event_types: [&["Made"][..], &["Made", "Sold"], &["Sold", "Lost", "Found"]][i % 3]
                .into(),
            correlation: if i % 3 == 0 { correlation } else { Uuid::now_v7() },
            ..SampleCommit::of(0)
        };
        block_on(store.commit(streams[i % STREAMS].commit_of(&sample))).unwrap();
    }
    drop(store);
    dir
}

/// Everything that can be asked.
fn answers(store: &EmbeddedStore, correlation: Uuid) -> Vec<Vec<StoredEvent>> {
    let everything = all(store);
    let mut answers = Vec::new();
    for i in 0..STREAMS {
        for after in [0, 3, 1000] {
            let name = SampleStream::new(&format!("s{i}"));
            answers.push(block_on(store.read_stream(name.name(), after)).unwrap());
        }
    }
    for after in [0, 17, 40] {
        for limit in [3, 1000] {
            for lookup in [
                Lookup::Correlation(correlation),
                Lookup::EventType("Sold".to_owned()),
                Lookup::EventType("Lost".to_owned()),
                Lookup::EventType("Never".to_owned()),
                Lookup::Time(Timestamp::UNIX_EPOCH..Timestamp::MAX),
            ] {
                answers.push(block_on(store.lookup(lookup, after, limit)).unwrap());
            }
        }
    }
    let found = everything.iter().map(|event| block_on(store.find(&event.cid)).unwrap().unwrap());
    answers.push(found.collect());
    answers.push(everything);
    answers
}

#[test]
fn sealed_segments_answer_as_those_in_memory() {
    let correlation = Uuid::now_v7();
    let dir = store_of(60, correlation);
    assert!(segments(dir.path()).len() > 20);
    let sealed = answers(&open(dir.path()), correlation);
    assert_eq!(sealed.last().unwrap().len(), 120);
    assert_eq!(sealed[0].len(), 24);
    // One segment holds the same events, and its index is in memory.
    let whole = TempDir::new().unwrap();
    let store = open(whole.path());
    for file in segments(dir.path()) {
        let bytes = bytes::Bytes::from(fs::read(file).unwrap());
        let mut at = cim_runtime::car::read_header(&bytes).unwrap().1;
        while let Ok(section) = cim_runtime::car::Section::read(&bytes[at..], at as u64) {
            // A mark is no commit.
            match cim_runtime::Commit::read(&bytes.slice(at..), at as u64) {
                Ok(commit) => {
                    at += commit.sections().len();
                    block_on(store.commit(commit)).unwrap();
                }
                Err(_) => at += section.len,
            }
        }
    }
    alike(&answers(&store, correlation), &sealed, "from memory");
}

/// Both answer alike; a difference is told in numbers, not in blocks.
fn alike(found: &[Vec<StoredEvent>], expected: &[Vec<StoredEvent>], what: &str) {
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let positions = |events: &[StoredEvent]| -> Vec<u64> {
            events.iter().map(|event| event.position).collect()
        };
        assert_eq!(positions(found), positions(expected), "answer {i} {what}");
        assert!(found == expected, "the blocks of answer {i} {what}");
    }
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn a_lost_index_is_built_again() {
    let correlation = Uuid::now_v7();
    let dir = store_of(40, correlation);
    let before = answers(&open(dir.path()), correlation);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    alike(&answers(&open(dir.path()), correlation), &before, "after a reopen");
}

#[test]
fn garbage_in_any_file_of_the_index_is_survived() {
    let correlation = Uuid::now_v7();
    let dir = store_of(40, correlation);
    let before = answers(&open(dir.path()), correlation);
    let files = files_below(&dir.path().join("index"));
    assert!(files.len() > 3, "{files:?}");
    let index = dir.path().join("index");
    for file in &files {
        for spoil in [
            (|file| fs::write(file, [0x5a; 5000]).unwrap()) as fn(&Path),
            |file| fs::write(file, b"").unwrap(),
            |file| fs::remove_file(file).unwrap(),
            |file| {
                let mut bytes = fs::read(file).unwrap();
                let middle = bytes.len() / 2;
                bytes.iter_mut().skip(middle).take(64).for_each(|byte| *byte ^= 0x55);
                fs::write(file, bytes).unwrap();
            },
        ] {
            let spoilt = copy(dir.path());
            spoil(&spoilt.path().join("index").join(file.strip_prefix(&index).unwrap()));
            let store = open(spoilt.path());
            assert_eq!(store.read_only(), None, "{file:?}");
            alike(&answers(&store, correlation), &before, &format!("without {file:?}"));
        }
    }
}

#[test]
fn an_index_that_is_behind_catches_up() {
    let correlation = Uuid::now_v7();
    let dir = store_of(20, correlation);
    let index = copy(&dir.path().join("index"));
    let store = open_tiny(dir.path());
    let mut stream = SampleStream::new("later");
    for _ in 0..20 {
        block_on(store.commit(stream.commit(2))).unwrap();
    }
    let before = answers(&store, correlation);
    drop(store);
    let behind = copy(dir.path());
    fs::remove_dir_all(behind.path().join("index")).unwrap();
    fs::rename(index.path(), behind.path().join("index")).unwrap();
    let store = open(behind.path());
    alike(&answers(&store, correlation), &before, "after catching up");
    assert_eq!(block_on(store.read_stream(stream.name(), 0)).unwrap().len(), 40);
}

#[test]
fn an_index_of_another_log_is_not_believed() {
    let correlation = Uuid::now_v7();
    let (dir, other) = (store_of(40, correlation), store_of(40, correlation));
    let before = answers(&open(dir.path()), correlation);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    fs::rename(other.path().join("index"), dir.path().join("index")).unwrap();
    alike(&answers(&open(dir.path()), correlation), &before, "after a reopen");
}

#[test]
fn the_version_of_a_stream_is_known_after_many_segments() {
    let dir = store_of(60, Uuid::now_v7());
    let store = open_tiny(dir.path());
    let stored = block_on(store.read_stream(SampleStream::new("s3").name(), 0)).unwrap();
    let error = block_on(store.commit(SampleStream::new("s3").commit(1))).unwrap_err();
    assert_eq!(
        error.kind(),
        cim_runtime::store::StoreErrorKind::Conflict { version: stored.len() as u64 }
    );
    let head = stored.last().map(|event| event.cid);
    let mut stream = SampleStream::at("s3", stored.len() as u64, head);
    block_on(store.commit(stream.commit(1))).unwrap();
}

#[test]
fn snapshots_outlive_a_reopen_and_may_be_lost_with_the_index() {
    let dir = store_of(3, Uuid::now_v7());
    let stream = SampleStream::new("s0");
    let store = open(dir.path());
    block_on(store.keep_snapshot(stream.name(), "kept".into())).unwrap();
    drop(store);
    let store = open(dir.path());
    assert_eq!(block_on(store.snapshot(stream.name())).unwrap(), Some("kept".into()));
    drop(store);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    assert_eq!(block_on(open(dir.path()).snapshot(stream.name())).unwrap(), None);
}
