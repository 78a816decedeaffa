//! A crash leaves a torn end, which is cut; what had been answered for is there.

use std::fs;

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{Store as _, StoreErrorKind};
use futures::executor::block_on;
use tempfile::TempDir;

use crate::files::{
    all, copy, last_segment, open, open_tiny, overwrite, put, segments, truncate, used,
};

/// A store with three small commits and then a large one, whose head file is as it was before the
/// large one was answered. Returns also where the large one starts and ends.
fn torn() -> (TempDir, u64, u64) {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let mut stream = SampleStream::new("torn");
    for _ in 0..3 {
        put(&store, &mut stream, 30);
    }
    let head = fs::read(dir.path().join("head")).unwrap();
    let log = last_segment(dir.path());
    let start = used(&log);
    put(&store, &mut stream, 64 << 10);
    let end = used(&log);
    drop(store);
    fs::write(dir.path().join("head"), head).unwrap();
    (dir, start, end)
}

/// The store is open for writing and holds so many events.
fn is_sound_with(dir: &TempDir, events: usize) {
    let store = open(dir.path());
    assert_eq!(store.read_only(), None);
    let stored = all(&store);
    assert_eq!(stored.len(), events);
    assert_eq!(block_on(store.damage()).unwrap(), []);
    let mut stream = SampleStream::at("torn", events as u64, stored.last().map(|event| event.cid));
    put(&store, &mut stream, 30);
    drop(store);
    assert_eq!(all(&open(dir.path())).len(), events + 1);
}

#[test]
fn a_torn_end_is_cut_wherever_it_is_torn() {
    let (dir, start, end) = torn();
    for at in [start, start + 1, start + 2, start + 40, start + 5000, end - 20, end - 1] {
        let crashed = copy(dir.path());
        truncate(&last_segment(crashed.path()), at);
        is_sound_with(&crashed, 3);
    }
}

#[test]
fn a_zeroed_end_is_cut() {
    let (dir, start, end) = torn();
    for at in [start, start + 3, start + 4096, end - 60] {
        let crashed = copy(dir.path());
        overwrite(&last_segment(crashed.path()), at, &vec![0; (end - at) as usize]);
        is_sound_with(&crashed, 3);
    }
}

#[test]
fn any_page_of_the_last_commit_may_be_missing() {
    let (dir, start, end) = torn();
    let pages = start.div_ceil(4096)..=(end - 1) / 4096;
    assert!(pages.clone().count() >= 16);
    for page in pages {
        let crashed = copy(dir.path());
        overwrite(&last_segment(crashed.path()), page * 4096, &[0; 4096]);
        is_sound_with(&crashed, 3);
    }
}

#[test]
fn garbage_behind_the_last_group_is_cut() {
    let (dir, _, end) = torn();
    overwrite(&last_segment(dir.path()), end + 100, &[0xa5; 3000]);
    is_sound_with(&dir, 4);
}

#[test]
fn a_whole_commit_without_its_mark_is_cut() {
    let (dir, _, end) = torn();
    let log = last_segment(dir.path());
    truncate(&log, end - 10);
    is_sound_with(&dir, 3);
}

#[test]
fn a_hole_in_a_group_of_many_commits_cuts_the_whole_group() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    put(&store, &mut SampleStream::new("torn"), 30);
    let head = fs::read(dir.path().join("head")).unwrap();
    let log = last_segment(dir.path());
    // The first commit keeps the writer busy while the others queue up behind it.
    let mut before = used(&log);
    loop {
        let sample = SampleCommit { data: 3000, ..SampleCommit::of(1) };
        let commits = (0..8).map(|_| SampleStream::new(&uuid()).commit_of(&sample));
        let sent: Vec<_> = commits.map(|commit| store.commit(commit)).collect();
        block_on(futures::future::try_join_all(sent)).unwrap();
        let marks = marks(&fs::read(&log).unwrap()[before as usize..used(&log) as usize]);
        if marks.last().is_some_and(|commits| *commits > 1) {
            break;
        }
        before = used(&log);
    }
    let stored = all(&store);
    let last = *marks(&fs::read(&log).unwrap()[..used(&log) as usize]).last().unwrap();
    let end = used(&log);
    drop(store);
    fs::write(dir.path().join("head"), head).unwrap();
    // In the last commit of the group: those before it are whole, and yet were never answered for.
    overwrite(&log, end - 2000, &[0; 512]);
    let store = open(dir.path());
    assert_eq!(store.read_only(), None);
    assert_eq!(all(&store), stored[..stored.len() - last]);
}

fn uuid() -> String {
    cim_runtime::Uuid::now_v7().to_string()
}

/// How many events each group has, by the marks that stand in these bytes.
fn marks(bytes: &[u8]) -> Vec<usize> {
    let mut at = if bytes.starts_with(&cim_runtime::car::header(&[])) {
        cim_runtime::car::header(&[]).len()
    } else {
        0
    };
    let mut counts = Vec::new();
    let mut events = 0;
    while at < bytes.len() {
        let section = cim_runtime::car::Section::read(&bytes[at..], at as u64).unwrap();
        if cim_runtime::Envelope::decode(section.block).is_ok() {
            events += 1;
        } else {
            counts.push(std::mem::take(&mut events));
        }
        at += section.len;
    }
    counts
}

#[test]
fn a_segment_that_was_just_begun_may_be_empty() {
    for bytes in [&b""[..], &[0; 4096], b"\x11\xa2\x65roots"] {
        let dir = TempDir::new().unwrap();
        let store = open_tiny(dir.path());
        let mut stream = SampleStream::new("torn");
        for _ in 0..10 {
            put(&store, &mut stream, 300);
        }
        drop(store);
        let next = dir.path().join(format!("log/{:020}.car", 11));
        fs::write(next, bytes).unwrap();
        is_sound_with(&dir, 10);
    }
}

#[test]
fn a_store_that_was_never_closed_has_all_it_answered_for() {
    let dir = TempDir::new().unwrap();
    let store = open_tiny(dir.path());
    let mut stream = SampleStream::new("torn");
    for answered in 1..30 {
        put(&store, &mut stream, 200);
        let crashed = copy(dir.path());
        is_sound_with(&crashed, answered);
    }
}

#[test]
fn a_segment_is_a_plain_car_file() {
    let dir = TempDir::new().unwrap();
    let store = open_tiny(dir.path());
    let mut stream = SampleStream::new("torn");
    for _ in 0..20 {
        put(&store, &mut stream, 300);
    }
    drop(store);
    let files = segments(dir.path());
    assert!(files.len() > 3);
    for file in &files[..files.len() - 1] {
        let bytes = bytes::Bytes::from(fs::read(file).unwrap());
        let (roots, header) = cim_runtime::car::read_header(&bytes).unwrap();
        assert!(roots.is_empty());
        let sections = cim_runtime::car::Sections::new(bytes.slice(header..));
        sections.for_each(|section| drop(section.unwrap()));
    }
}

#[test]
fn a_second_open_is_refused() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let error = cim_runtime::store::EmbeddedStore::open(dir.path()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Locked);
    assert!(error.to_string().contains("this process"), "{error}");
    drop(store);
    open(dir.path());
}

#[test]
fn a_commit_can_be_sent_again_after_a_crash() {
    let (dir, start, _) = torn();
    truncate(&last_segment(dir.path()), start + 100);
    let store = open(dir.path());
    let head = all(&store).last().map(|event| event.cid);
    let commit = SampleStream::at("torn", 3, head).commit(2);
    assert!(!block_on(store.commit(commit.clone())).unwrap().duplicate);
    drop(store);
    assert!(block_on(open(dir.path()).commit(commit)).unwrap().duplicate);
}
