//! What was answered for is damaged: the store says where, cuts nothing, and goes on reading.

use std::fs;
use std::ops::Range;
use std::path::Path;

use cim_runtime::store::conformance::SampleStream;
use cim_runtime::store::{EmbeddedStore, Store as _, StoreErrorKind, StoredEvent};
use futures::executor::block_on;
use tempfile::TempDir;

use crate::files::{
    all, copy, last_segment, open, open_tiny, overwrite, put, segments, truncate, used,
};

const EVENTS: usize = 12;

/// A closed store with one group per event, the events, and the bytes that each group takes in the
/// last segment.
fn sound(open: fn(&Path) -> EmbeddedStore) -> (TempDir, Vec<StoredEvent>, Vec<Range<u64>>) {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let mut streams: Vec<_> = (0..4).map(|i| SampleStream::new(&format!("s{i}"))).collect();
    let mut groups = Vec::new();
    for i in 0..EVENTS {
        let before = used(&last_segment(dir.path()));
        put(&store, &mut streams[i % 4], 300);
        groups.push(before..used(&last_segment(dir.path())));
    }
    let stored = all(&store);
    drop(store);
    (dir, stored, groups)
}

/// The store is read-only because of a place, shortens nothing, and reads these events.
fn is_damaged(dir: &Path, place: &str, intact: &[StoredEvent]) {
    let before: Vec<_> = segments(dir).iter().map(|path| fs::read(path).unwrap()).collect();
    for _ in 0..2 {
        let store = open(dir);
        let error = store.read_only().expect("the store is damaged");
        assert_eq!(error.kind(), StoreErrorKind::Damaged);
        let text = error.to_string();
        assert!(text.contains(place), "{text} should name {place}");
        assert!(text.contains("cim repair"), "{text}");
        let refused = block_on(store.commit(SampleStream::new("new").commit(1)));
        assert_eq!(refused.unwrap_err().kind(), StoreErrorKind::Damaged);
        assert_eq!(all(&store), intact);
        for event in intact {
            assert_eq!(block_on(store.find(&event.cid)).unwrap().as_ref(), Some(event));
        }
        assert!(!block_on(store.damage()).unwrap().is_empty());
    }
    let after: Vec<_> = segments(dir).iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(before == after, "nothing in the log may change");
}

fn without(stored: &[StoredEvent], lost: &[usize]) -> Vec<StoredEvent> {
    let kept = stored.iter().enumerate().filter(|(i, _)| !lost.contains(i));
    kept.map(|(_, event)| event.clone()).collect()
}

#[test]
fn a_flipped_byte_is_named_and_cuts_nothing() {
    let (dir, stored, groups) = sound(open);
    // In the block, in the CID, in the length.
    for (offset, i) in [(200, 4), (10, 4), (0, 4), (1, 4), (60, 0), (3, 10)] {
        let spoilt = copy(dir.path());
        let log = last_segment(spoilt.path());
        let at = groups[i].start.max(18) + offset;
        let byte = fs::read(&log).unwrap()[at as usize];
        overwrite(&log, at, &[byte ^ 0x10]);
        let place = format!("byte {}", groups[i].start.max(18));
        is_damaged(spoilt.path(), &place, &without(&stored, &[i]));
    }
}

#[test]
fn a_flipped_byte_in_a_mark_loses_no_event() {
    let (dir, stored, groups) = sound(open);
    for i in [0, 5, EVENTS - 1] {
        let spoilt = copy(dir.path());
        let log = last_segment(spoilt.path());
        let at = groups[i].end - 5;
        let byte = fs::read(&log).unwrap()[at as usize];
        overwrite(&log, at, &[byte ^ 0x10]);
        is_damaged(spoilt.path(), "byte", &stored);
    }
}

#[test]
fn a_zeroed_stretch_in_the_middle_is_named() {
    let (dir, stored, groups) = sound(open);
    let spoilt = copy(dir.path());
    let (from, to) = (groups[3].start + 50, groups[6].start + 50);
    overwrite(&last_segment(spoilt.path()), from, &vec![0; (to - from) as usize]);
    let place = format!("byte {}", groups[3].start);
    is_damaged(spoilt.path(), &place, &without(&stored, &[3, 4, 5, 6]));
}

#[test]
fn a_spoilt_header_is_damage() {
    let (dir, stored, _) = sound(open);
    overwrite(&last_segment(dir.path()), 2, &[0xff]);
    is_damaged(dir.path(), "byte 0", &stored);
}

#[test]
fn an_end_that_was_answered_for_is_missed() {
    let (dir, stored, groups) = sound(open);
    for i in [EVENTS - 1, EVENTS - 3] {
        for zeroed in [false, true] {
            let spoilt = copy(dir.path());
            let log = last_segment(spoilt.path());
            let at = groups[i].start;
            match zeroed {
                false => truncate(&log, at),
                true => overwrite(&log, at, &vec![0; (used(&log) - at) as usize]),
            }
            is_damaged(spoilt.path(), "had answered for 12", &stored[..i]);
        }
    }
}

#[test]
fn a_hole_in_the_last_group_that_was_answered_for_is_damage() {
    let (dir, stored, groups) = sound(open);
    let last = &groups[EVENTS - 1];
    overwrite(&last_segment(dir.path()), last.start + 100, &[0; 64]);
    let place = format!("byte {}", last.start);
    is_damaged(dir.path(), &place, &without(&stored, &[EVENTS - 1]));
}

#[test]
fn a_log_with_another_past_is_noticed() {
    let (dir, _, _) = sound(open);
    let (other, stored, _) = sound(open);
    fs::copy(last_segment(other.path()), last_segment(dir.path())).unwrap();
    let store = open(dir.path());
    assert!(store.read_only().is_some());
    drop(store);
    // Without the remembered head nothing contradicts it.
    fs::remove_file(dir.path().join("head")).unwrap();
    let store = open(dir.path());
    assert_eq!(store.read_only(), None);
    assert_eq!(all(&store), stored);
}

#[test]
fn a_missing_or_spoilt_head_loses_nothing() {
    let (dir, stored, _) = sound(open);
    for spoil in [
        (|head| fs::remove_file(head).unwrap()) as fn(&Path),
        |head| fs::write(head, b"garbage").unwrap(),
        |head| overwrite(head, 9, &[0xff; 3]),
        |head| fs::write(head, [0; 200]).unwrap(),
    ] {
        let spoilt = copy(dir.path());
        spoil(&spoilt.path().join("head"));
        let store = open(spoilt.path());
        assert_eq!(store.read_only(), None);
        assert_eq!(all(&store), stored);
    }
}

#[test]
fn damage_in_a_sealed_segment_is_found_when_it_is_read() {
    let (dir, stored, _) = sound(open_tiny);
    let file = &segments(dir.path())[1];
    let first: usize = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    overwrite(file, 300, &[0xff; 4]);
    let store = open(dir.path());
    let found = block_on(store.damage()).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].position, Some(first as u64));
    assert_eq!(found[0].expected, Some(stored[first - 1].cid));
    assert!(found[0].place.contains(file.to_str().unwrap()), "{found:?}");
    let read = block_on(store.read_all(0, 100)).unwrap();
    assert!(read[first - 1].verify().is_err());
    drop(store);
    // Whoever has to read the log again sees it, and goes on without the event.
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    is_damaged(dir.path(), "byte 18", &without(&stored, &[first - 1]));
}

#[test]
fn a_missing_segment_is_named() {
    let (dir, stored, _) = sound(open_tiny);
    let files = segments(dir.path());
    assert!(files.len() >= 4, "{files:?}");
    let position =
        |i: usize| -> usize { files[i].file_stem().unwrap().to_str().unwrap().parse().unwrap() };
    let lost: Vec<_> = (position(1) - 1..position(2) - 1).collect();
    fs::remove_file(&files[1]).unwrap();
    let place = format!("positions {} to {} are missing", position(1), position(2) - 1);
    is_damaged(dir.path(), &place, &without(&stored, &lost));
}

#[test]
fn a_stream_with_a_hole_is_not_read_as_if_it_were_whole() {
    let (dir, stored, groups) = sound(open);
    overwrite(&last_segment(dir.path()), groups[4].start + 200, &[0xff; 2]);
    let store = open(dir.path());
    let read =
        |stream: &str, after| block_on(store.read_stream(SampleStream::new(stream).name(), after));
    assert_eq!(read("s0", 0).unwrap_err().kind(), StoreErrorKind::Damaged);
    assert_eq!(read("s0", 2).unwrap(), [stored[8].clone()]);
    assert_eq!(read("s1", 0).unwrap().len(), 3);
}

#[test]
fn a_log_that_is_gone_is_missed() {
    let (dir, _, _) = sound(open);
    fs::remove_file(last_segment(dir.path())).unwrap();
    is_damaged(dir.path(), "had answered for 12", &[]);
}

#[test]
fn a_log_of_another_store_may_stand_in_an_event() {
    let (other, _, _) = sound(open);
    let (dir, stored, _) = sound(open);
    let store = open(dir.path());
    let head = fs::read(dir.path().join("head")).unwrap();
    let start = used(&last_segment(dir.path()));
    put(&store, &mut SampleStream::new("large"), 64 << 10);
    drop(store);
    // In the torn end, sound commits and marks are found that are not this store's.
    let log = fs::read(last_segment(other.path())).unwrap();
    let log = &log[18..used(&last_segment(other.path())) as usize];
    overwrite(&last_segment(dir.path()), start + 4096, log);
    fs::write(dir.path().join("head"), head).unwrap();
    let store = open(dir.path());
    assert_eq!(store.read_only(), None);
    assert_eq!(all(&store), stored);
}
