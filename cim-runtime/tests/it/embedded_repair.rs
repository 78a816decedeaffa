//! A repair keeps what is sound, says what is lost, and leaves a store that works.

use std::fs;

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{Lost, RepairReport, Store as _, StoreErrorKind, StoredEvent, repair};
use futures::StreamExt as _;
use futures::executor::block_on;
use tempfile::TempDir;

use crate::files::{all, last_segment, open, open_tiny, overwrite, put, segments, truncate, used};

/// A closed store of twelve events in four streams, and where each group starts in its segment.
fn store_of(tiny: bool) -> (TempDir, Vec<StoredEvent>, Vec<u64>) {
    let dir = TempDir::new().unwrap();
    let store = if tiny { open_tiny(dir.path()) } else { open(dir.path()) };
    let mut streams: Vec<_> = (0..4).map(|i| SampleStream::new(&format!("s{i}"))).collect();
    let mut starts = Vec::new();
    for i in 0..12 {
        starts.push(used(&last_segment(dir.path())).max(18));
        put(&store, &mut streams[i % 4], 300);
    }
    let stored = all(&store);
    drop(store);
    (dir, stored, starts)
}

/// The store holds these events, at their positions, and goes on working.
fn works(dir: &TempDir, kept: &[StoredEvent]) {
    let store = open(dir.path());
    assert_eq!(store.read_only(), None);
    assert_eq!(all(&store), kept);
    assert_eq!(block_on(store.damage()).unwrap(), []);
    let followed = block_on(store.subscribe(0).take(kept.len()).collect::<Vec<_>>());
    assert_eq!(followed.into_iter().map(Result::unwrap).collect::<Vec<_>>(), kept);
    for event in kept {
        assert_eq!(block_on(store.find(&event.cid)).unwrap().as_ref(), Some(event));
    }
    for i in 0..4 {
        let id = format!("s{i}");
        let stream = SampleStream::new(&id);
        let stored = block_on(store.read_stream(stream.name(), 0)).unwrap();
        let head = stored.last().map(|event| event.cid);
        let mut stream = SampleStream::at(&id, stored.len() as u64, head);
        let committed = block_on(store.commit(stream.commit(1))).unwrap();
        assert_eq!(committed.position, 13 + i, "no position is used twice");
    }
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.read_only(), None);
    assert_eq!(all(&store).len(), kept.len() + 4);
    drop(store);
    let again = repair(dir.path()).unwrap();
    assert_eq!((again.kept, again.lost, again.set_aside), (kept.len() as u64 + 4, vec![], vec![]));
}

fn lost(report: &RepairReport) -> Vec<u64> {
    report.lost.iter().flat_map(|lost| lost.positions.clone()).collect()
}

fn without(stored: &[StoredEvent], lost: &[u64]) -> Vec<StoredEvent> {
    stored.iter().filter(|event| !lost.contains(&event.position)).cloned().collect()
}

#[test]
fn a_sound_store_is_left_alone() {
    let (dir, stored, _) = store_of(true);
    let report = repair(dir.path()).unwrap();
    assert_eq!(report, RepairReport { kept: 12, lost: vec![], set_aside: vec![] });
    works(&dir, &stored);
}

#[test]
fn what_follows_a_lost_event_in_its_stream_is_lost_with_it() {
    let (dir, stored, starts) = store_of(false);
    let log = last_segment(dir.path());
    overwrite(&log, starts[4] + 100, &[0xff; 8]);
    let damaged = fs::read(&log).unwrap();
    let report = repair(dir.path()).unwrap();
    assert_eq!(lost(&report), [5, 9]);
    assert_eq!(report.kept, 10);
    let [Lost { reason, stream: None, .. }, Lost { stream: Some(stream), .. }] = &report.lost[..]
    else {
        panic!("{report:?}");
    };
    assert!(reason.contains(&format!("byte {}", starts[4])), "{reason}");
    assert_eq!(stream, SampleStream::new("s0").name());
    assert_eq!(report.set_aside.len(), 1);
    assert_eq!(fs::read(&report.set_aside[0]).unwrap(), damaged);
    works(&dir, &without(&stored, &[5, 9]));
}

#[test]
fn a_lost_mark_loses_nothing() {
    let (dir, stored, starts) = store_of(false);
    overwrite(&last_segment(dir.path()), starts[6] - 4, &[0xff; 2]);
    let report = repair(dir.path()).unwrap();
    assert_eq!(lost(&report), [0_u64; 0]);
    assert_eq!(report.set_aside.len(), 1);
    works(&dir, &stored);
}

#[test]
fn positions_behind_a_cut_end_stay_empty() {
    let (dir, stored, starts) = store_of(false);
    truncate(&last_segment(dir.path()), starts[9] + 30);
    let report = repair(dir.path()).unwrap();
    assert_eq!(lost(&report), [10, 11, 12]);
    works(&dir, &stored[..9]);
}

#[test]
fn a_missing_segment_is_a_gap() {
    let (dir, stored, _) = store_of(true);
    let files = segments(dir.path());
    let first =
        |i: usize| -> u64 { files[i].file_stem().unwrap().to_str().unwrap().parse().unwrap() };
    fs::remove_file(&files[1]).unwrap();
    let report = repair(dir.path()).unwrap();
    let gone: Vec<_> = (first(1)..first(2)).collect();
    let streams: Vec<_> = gone.iter().map(|position| position % 4).collect();
    let expected: Vec<_> =
        (1..=12).filter(|at| *at >= first(1) && streams.contains(&(at % 4))).collect();
    assert_eq!(lost(&report), expected);
    works(&dir, &without(&stored, &expected));
}

#[test]
fn damage_in_several_segments_is_mended_in_one_go() {
    let (dir, stored, _) = store_of(true);
    let files = segments(dir.path());
    overwrite(&files[0], 100, &[0xff; 2]);
    overwrite(&files[2], 2, &[0xff; 2]);
    fs::remove_file(dir.path().join("head")).unwrap();
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let report = repair(dir.path()).unwrap();
    assert_eq!(lost(&report), [1, 5, 9]);
    works(&dir, &without(&stored, &[1, 5, 9]));
}

#[test]
fn an_open_store_is_not_repaired() {
    let (dir, _, _) = store_of(false);
    let store = open(dir.path());
    assert_eq!(repair(dir.path()).unwrap_err().kind(), StoreErrorKind::Locked);
    drop(store);
    let empty = TempDir::new().unwrap();
    assert_eq!(repair(empty.path()).unwrap_err().kind(), StoreErrorKind::Invalid);
}
