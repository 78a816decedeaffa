//! Whatever a crash leaves of the end of the log, a prefix is there that has all that was answered
//! for.

use std::fs;
use std::path::Path;

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{EmbeddedStore, Store as _, StoredEvent, repair};
use futures::executor::block_on;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::files::{all, copy, last_segment, overwrite, segments, truncate};

/// Commits as streams, numbers of events, and bytes of data.
fn commits() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    proptest::collection::vec((0..3usize, 1..4usize, 0..6000usize), 1..20)
}

/// What happens to the bytes that were not synced.
#[derive(Debug, Clone)]
enum Fate {
    Cut(usize),
    Zero(Vec<bool>),
    Garbage(Vec<bool>),
}

fn fate() -> impl Strategy<Value = Fate> {
    let pages = || proptest::collection::vec(any::<bool>(), 1..12);
    prop_oneof![
        any::<usize>().prop_map(Fate::Cut),
        pages().prop_map(Fate::Zero),
        pages().prop_map(Fate::Garbage)
    ]
}

fn open(dir: &Path, segment: u64) -> EmbeddedStore {
    EmbeddedStore::options().segment_size(segment).open(dir).unwrap()
}

fn write(store: &EmbeddedStore, streams: &mut [SampleStream], commit: (usize, usize, usize)) {
    let (stream, events, data) = commit;
    let sample = SampleCommit { data, ..SampleCommit::of(events) };
    block_on(store.commit(streams[stream].commit_of(&sample))).unwrap();
}

fn streams() -> Vec<SampleStream> {
    (0..3).map(|i| SampleStream::new(&format!("r{i}"))).collect()
}

/// Spoils what stands behind byte `synced` of a file.
fn spoil(path: &Path, synced: u64, fate: &Fate) {
    let len = fs::metadata(path).unwrap().len();
    let tail = len.saturating_sub(synced);
    match fate {
        Fate::Cut(at) if tail > 0 => truncate(path, synced + *at as u64 % tail),
        Fate::Cut(_) => {}
        Fate::Zero(pages) | Fate::Garbage(pages) => {
            let byte = if matches!(fate, Fate::Zero(_)) { 0 } else { 0xc3 };
            for (i, _) in pages.iter().enumerate().filter(|(_, spoilt)| **spoilt) {
                let page = synced / 4096 + i as u64;
                let (from, to) = ((page * 4096).max(synced), ((page + 1) * 4096).min(len));
                if from < to {
                    overwrite(path, from, &vec![byte; (to - from) as usize]);
                }
            }
        }
    }
}

fn is_prefix(store: &EmbeddedStore, written: &[StoredEvent], answered: usize) {
    assert_eq!(store.read_only(), None);
    let stored = all(store);
    assert!(stored.len() >= answered, "{} of {answered} are there", stored.len());
    assert_eq!(stored, written[..stored.len()]);
    assert_eq!(block_on(store.damage()).unwrap(), []);
}

#[test]
fn a_store_that_remembers_no_head_keeps_its_number() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path(), 3000);
    let mut streams = streams();
    for _ in 0..3 {
        write(&store, &mut streams, (0, 1, 4000));
    }
    let written = all(&store);
    drop(store);
    // The sealed segments are in the index; of the last one, nothing came to the disk.
    assert_eq!(segments(dir.path()).len(), 3);
    fs::remove_file(dir.path().join("head")).unwrap();
    truncate(&last_segment(dir.path()), 0);

    let store = open(dir.path(), 3000);
    is_prefix(&store, &written, 2);
    write(&store, &mut [SampleStream::new("after")], (0, 2, 0));
    assert_eq!(block_on(store.damage()).unwrap(), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_crash_leaves_a_prefix_with_all_that_was_answered_for(
        commits in commits(),
        crash_at in any::<prop::sample::Index>(),
        segment in prop_oneof![Just(3000u64), Just(20_000), Just(64 << 20)],
        fate in fate(),
    ) {
        let dir = TempDir::new().unwrap();
        let store = open(dir.path(), segment);
        let mut streams = streams();
        let crash_at = crash_at.index(commits.len());
        for commit in &commits[..crash_at] {
            write(&store, &mut streams, *commit);
        }
        // Up to here all is answered for and synced; the next commit is on its way.
        let answered = all(&store).len();
        let head = fs::read(dir.path().join("head")).unwrap();
        let before = last_segment(dir.path());
        let synced = crate::files::used(&before);
        write(&store, &mut streams, commits[crash_at]);
        let written = all(&store);
        let crashed = copy(dir.path());
        fs::write(crashed.path().join("head"), head).unwrap();
        let last = last_segment(crashed.path());
        let is_same = last.file_name() == before.file_name();
        spoil(&last, if is_same { synced } else { 0 }, &fate);

        let store = open(crashed.path(), segment);
        is_prefix(&store, &written, answered);
        // It goes on from there, and all is still there at the next open.
        let mut other = SampleStream::new("after");
        block_on(store.commit(other.commit(2))).unwrap();
        let stored = all(&store);
        drop(store);
        let store = open(crashed.path(), segment);
        prop_assert_eq!(all(&store), stored);
    }

    #[test]
    fn any_spoilt_byte_is_noticed_or_harmless_and_can_be_repaired(
        commits in commits(),
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in 1..=255u8,
        len in 1..200usize,
    ) {
        let dir = TempDir::new().unwrap();
        let store = open(dir.path(), 20_000);
        let mut streams = streams();
        for commit in &commits {
            write(&store, &mut streams, *commit);
        }
        let written = all(&store);
        drop(store);
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        let files = segments(dir.path());
        let file = &files[file.index(files.len())];
        let mut bytes = fs::read(file).unwrap();
        let start = at.index(bytes.len());
        bytes.iter_mut().skip(start).take(len).for_each(|old| *old ^= byte);
        fs::write(file, &bytes).unwrap();

        let store = open(dir.path(), 20_000);
        let stored = all(&store);
        let is_part = stored.iter().all(|event| written.contains(event));
        prop_assert!(is_part);
        prop_assert!(store.read_only().is_some() || stored == written);
        drop(store);
        let report = repair(dir.path()).unwrap();
        let store = open(dir.path(), 20_000);
        prop_assert_eq!(store.read_only(), None);
        let kept = all(&store);
        prop_assert_eq!(kept.len() as u64, report.kept);
        prop_assert!(kept.iter().all(|event| written.contains(event)));
        let lost: Vec<u64> = report.lost.iter().flat_map(|lost| lost.positions.clone()).collect();
        let gone = written.iter().map(|event| event.position);
        let gone: Vec<u64> =
            gone.filter(|position| kept.iter().all(|event| event.position != *position)).collect();
        prop_assert_eq!(lost, gone);
    }
}
