//! Exports and imports between stores in memory, and every file that must be refused.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cim_runtime::store::{MemoryStore, Store};
use cim_runtime::{Commit, EventCid, car};
use futures::executor::block_on;
use tempfile::TempDir;

use super::copy::{Copied, Copy};
use super::export::Export;
use super::import::{Import, Imported};
use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::shop::Shop;

fn store_of(commits: &[Commit]) -> MemoryStore {
    let store = MemoryStore::new();
    for commit in commits {
        block_on(store.commit(commit.clone())).unwrap();
    }
    store
}

/// Three commits: `a` 1 and 2, `b` 1, `a` 3.
fn commits() -> Vec<Commit> {
    let mut shop = Shop::default();
    vec![
        shop.commit("a", &["OrderPlaced", "OrderPaid"]),
        shop.commit("b", &["OrderPlaced"]),
        shop.commit("a", &["OrderSent"]),
    ]
}

fn export_to(file: &Path, store: &MemoryStore, force: bool) -> Result<u64, Failure> {
    let export =
        Export { store: StoreUrl::new("memory:"), out: file.to_owned(), force, incomplete: false };
    block_on(export.export(store)).map(|exported| exported.events)
}

fn import_from(file: &Path, store: &MemoryStore) -> Result<Imported, Failure> {
    let import = Import { file: file.to_owned(), store: StoreUrl::new("memory:") };
    let open = async { Ok(Arc::new(store.clone()) as Arc<dyn Store>) };
    block_on(import.import(open))
}

/// A file with this content.
fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.car");
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn car_of(commits: &[Commit]) -> Vec<u8> {
    let mut bytes = car::header(&[]);
    for commit in commits {
        bytes.extend_from_slice(commit.sections());
    }
    bytes
}

/// What an import says against these bytes, having stored nothing.
#[track_caller]
fn refusal(bytes: &[u8], store: &MemoryStore) -> String {
    let (_dir, path) = file(bytes);
    let before = block_on(store.head()).unwrap();
    let Err(Failure::No(refusal)) = import_from(&path, store) else {
        panic!("the file was not refused")
    };
    assert_eq!(block_on(store.head()).unwrap(), before);
    assert!(refusal.contains("events.car") && refusal.ends_with("nothing was stored"), "{refusal}");
    refusal
}

#[track_caller]
fn refused(bytes: &[u8], why: &str) {
    let refusal = refusal(bytes, &MemoryStore::new());
    assert!(refusal.contains(why), "expected {why:?} in {refusal:?}");
}

#[test]
fn a_copy_of_a_copy_is_the_same_file() {
    let mut shop = Shop::default();
    let ids = ["a", "b", "c d", "é*>."];
    let commits: Vec<_> = (0..1000)
        .map(|i| shop.commit(ids[i % 4], &["OrderPlaced", "OrderPaid"][..1 + i % 2]))
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("1.car"), dir.path().join("2.car"));
    assert_eq!(export_to(&first, &store_of(&commits), false).unwrap(), 1500);

    let copy = MemoryStore::new();
    let imported = import_from(&first, &copy).unwrap();
    assert_eq!(imported, Imported { events: 1500, commits: 1000, streams: 4, duplicates: 0 });
    export_to(&second, &copy, false).unwrap();
    assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
}

#[test]
fn a_second_import_stores_nothing() {
    let store = store_of(&commits());
    let (_dir, path) = file(&car_of(&commits()));
    let imported = import_from(&path, &store).unwrap();
    assert_eq!(imported, Imported { events: 0, commits: 3, streams: 2, duplicates: 3 });
}

#[test]
fn what_is_missing_is_added() {
    let store = store_of(&commits()[..1]);
    let (_dir, path) = file(&car_of(&commits()));
    let imported = import_from(&path, &store).unwrap();
    assert_eq!(imported, Imported { events: 2, commits: 3, streams: 2, duplicates: 1 });
}

#[test]
fn a_file_may_begin_where_the_store_ends() {
    let store = store_of(&commits()[..2]);
    let (_dir, path) = file(&car_of(&commits()[2..]));
    assert_eq!(import_from(&path, &store).unwrap().events, 1);
}

#[test]
fn a_file_that_begins_behind_the_stores_end_is_refused() {
    let refusal = refusal(&car_of(&commits()[2..]), &MemoryStore::new());
    assert!(refusal.contains("begins shop.evt.order.a with event 3"), "{refusal}");
    assert!(refusal.contains("import what comes before it first"), "{refusal}");
}

#[test]
fn another_history_of_a_stream_is_refused_wherever_it_differs() {
    let mut shop = Shop::default();
    shop.commit("other", &["OrderPlaced"]);
    let other: Vec<_> = (0..4).map(|_| shop.commit("a", &["OrderPlaced"])).collect();
    // The store ends before, with and behind the file; and the file begins in the middle.
    for (stored, sent) in [(1, 0..3), (3, 0..3), (4, 0..3), (3, 3..4)] {
        let store = store_of(&other[..stored]);
        let mut ours = Shop::default();
        let ours: Vec<_> = (0..4).map(|_| ours.commit("a", &["OrderPlaced"])).collect();
        let refusal = refusal(&car_of(&ours[sent]), &store);
        assert!(refusal.contains("different histories of shop.evt.order.a"), "{refusal}");
    }
}

#[test]
fn every_cut_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("whole.car");
    export_to(&path, &store_of(&commits()), false).unwrap();
    let whole = std::fs::read(path).unwrap();
    for len in 0..whole.len() {
        refusal(&whole[..len], &MemoryStore::new());
    }
    // Between two commits only the root tells that something is missing.
    let cut = whole.len() - commits()[2].sections().len();
    refused(&whole[..cut], "the file was cut off");
}

#[test]
fn every_changed_byte_of_a_section_is_refused() {
    let whole = car_of(&commits());
    for at in car::header(&[]).len()..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        let refusal = refusal(&changed, &MemoryStore::new());
        assert!(refusal.contains("byte "), "{refusal}");
    }
}

#[test]
fn a_refusal_names_the_byte() {
    let mut bytes = car_of(&commits());
    let second = car_of(&commits()[..1]).len();
    let last = car_of(&commits()[..2]).len() - 1;
    bytes[last] ^= 1;
    refused(&bytes, &format!("byte {second}: the block does not match its CID"));
}

#[test]
fn the_cid_of_another_codec_is_refused() {
    let mut bytes = car_of(&commits());
    let start = car::header(&[]).len();
    // Behind two bytes of length, and the CID's version.
    bytes[start + 3] = 0x55;
    refused(&bytes, "is not one of an event");
}

/// A file of these blocks, each under its own CID.
fn car_of_blocks(blocks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = car::header(&[]);
    for block in blocks {
        car::write_section(&mut bytes, &EventCid::of(block), block);
    }
    bytes
}

#[test]
fn a_block_that_is_not_canonical_is_refused() {
    let commit = &commits()[1];
    let block = &commit.sections()[2 + EventCid::LEN..];
    // `part` as [1, 0x1801]: one, in a longer form.
    let at = block.windows(5).position(|bytes| bytes == b"dpart").unwrap() + 7;
    let longer = [&block[..at], &[0x18], &block[at..]].concat();
    refused(&car_of_blocks(&[&longer]), "shortest form");
}

#[test]
fn blocks_that_are_no_events_are_refused() {
    for block in [&b"\xa0"[..], b"\xa2\x63len\x01\x65other\x02", b"\x01", b"not CBOR"] {
        refused(&car_of_blocks(&[block]), "is not an event");
    }
}

#[test]
fn marks_of_groups_are_passed_over() {
    let [first, second, _] = &commits()[..] else { panic!("three commits") };
    let marks: [&[u8]; 2] =
        [b"\xa2\x63len\x01\x65group\x02", b"\xa4\x62id\x07\x63len\x01\x65count\x02\x65group\x02"];
    let mut bytes = car_of(&commits()[..1]);
    for mark in marks {
        car::write_section(&mut bytes, &EventCid::of(mark), mark);
    }
    bytes.extend_from_slice(second.sections());
    let (_dir, path) = file(&bytes);
    assert_eq!(import_from(&path, &MemoryStore::new()).unwrap().events, 3);

    // But not inside a commit, and not if they are changed.
    let inside = first.events()[1].offset as usize;
    let mut bytes = car::header(&[]);
    bytes.extend_from_slice(&first.sections()[..inside]);
    car::write_section(&mut bytes, &EventCid::of(marks[0]), marks[0]);
    bytes.extend_from_slice(&first.sections()[inside..]);
    refused(&bytes, "is not an event");
    let mut bytes = car_of_blocks(&[marks[0]]);
    *bytes.last_mut().unwrap() ^= 1;
    refused(&bytes, "does not match its CID");
}

#[test]
fn broken_chains_are_refused() {
    let [a12, b1, a3] = &commits()[..] else { panic!("three commits") };
    let of = |commits: &[&Commit]| car_of(&commits.iter().map(|&c| c.clone()).collect::<Vec<_>>());
    let mut shop = Shop::default();
    shop.pretend("a", 3, EventCid::of(b"another third event"));
    let a4 = &shop.commit("a", &["OrderSent"]);
    let b3 = {
        shop.pretend("b", 2, EventCid::of(b"the second"));
        &shop.commit("b", &["OrderSent"])
    };
    refused(&of(&[a12, a3, a12]), "event 1 stands behind event 3");
    refused(&of(&[a12, a3, a4]), "links another event 3");
    refused(&of(&[b1, b3]), "event 2 is missing");

    let [first, second] = a12.events() else { panic!("two events") };
    let (first, second) = (first.offset as usize, second.offset as usize);
    let half = [&car::header(&[]), &a12.sections()[first..second]].concat();
    refused(&half, "ends in the middle");
    refused(&[&half, &b1.sections()[..]].concat(), "belongs to shop.order/b");
    let tail = [&car::header(&[]), &a12.sections()[second..]].concat();
    refused(&tail, "part 2 of 2, and part 1 is not before it");
}

#[test]
fn what_is_no_car_file_is_refused() {
    refused(b"", "not a CARv1 file");
    refused(b"\x00\x00\x00\x00", "impossible length");
    refused(b"# a text that goes on and on and on and on", "not a CARv1 file");
}

#[test]
fn an_export_does_not_overwrite() {
    let (_dir, path) = file(b"precious");
    let store = store_of(&commits());
    let Err(Failure::Trouble(error)) = export_to(&path, &store, false) else { panic!("written") };
    assert!(error.contains("--force"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    export_to(&path, &store, true).unwrap();
    assert!(import_from(&path, &MemoryStore::new()).is_ok());
}

#[test]
fn an_export_that_fails_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.car");
    assert!(export_to(&path, &MemoryStore::new(), false).is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn the_root_of_an_export_is_the_head() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events.car");
    export_to(&path, &store_of(&commits()), false).unwrap();
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(car::read_header(&bytes).unwrap().0, [commits()[2].head()]);
}

fn copy(from: &MemoryStore, to: &MemoryStore) -> Result<Copied, Failure> {
    let url = |name: &str| name.to_owned().into();
    let copy = Copy { from: url("memory:from"), to: url("memory:to") };
    block_on(copy.copy(from, to))
}

fn cids(store: &MemoryStore) -> Vec<EventCid> {
    block_on(store.read_all(0, 10_000)).unwrap().into_iter().map(|event| event.cid).collect()
}

#[test]
fn a_copy_has_the_same_blocks() {
    let (from, to) = (store_of(&commits()), MemoryStore::new());
    assert_eq!(copy(&from, &to).unwrap(), Copied { events: 4, commits: 3, streams: 2 });
    assert_eq!(cids(&to), cids(&from));
    assert_eq!(copy(&from, &to).unwrap(), Copied { events: 0, commits: 0, streams: 2 });
}

#[test]
fn a_copy_goes_on_where_it_was() {
    let mut shop = Shop::default();
    let commits: Vec<_> =
        (0..3000).map(|i| shop.commit(&(i % 7).to_string(), &["OrderPlaced"])).collect();
    let from = store_of(&commits);
    for cut in [1, 1500, 2999] {
        let to = store_of(&commits[..cut]);
        let copied = copy(&from, &to).unwrap();
        assert_eq!(copied.events, 3000 - cut as u64);
        assert_eq!(cids(&to), cids(&from));
    }
    // Cut off with a hole: one of those that were on their way did not arrive.
    let arrived =
        commits[..100].iter().filter(|commit| !commit.stream().to_string().ends_with('3'));
    let to = store_of(&arrived.cloned().collect::<Vec<_>>());
    copy(&from, &to).unwrap();
    let mut all = [cids(&from), cids(&to)];
    all.iter_mut().for_each(|cids| cids.sort());
    assert_eq!(all[0], all[1]);
}

#[test]
fn a_copy_never_mixes_histories() {
    let mut other = Shop::default();
    let to = store_of(&[other.commit("b", &["OrderPlaced"]), other.commit("a", &["OrderSent"])]);
    let before = cids(&to);
    let Err(Failure::No(problem)) = copy(&store_of(&commits()), &to) else {
        panic!("the copy was not refused")
    };
    assert!(problem.contains("different histories of shop.evt.order.a"), "{problem}");
    assert!(cids(&to).starts_with(&before));
}

#[test]
fn there_is_nothing_to_copy_from_an_empty_store() {
    let Err(Failure::No(problem)) = copy(&MemoryStore::new(), &MemoryStore::new()) else {
        panic!("nothing was copied")
    };
    assert_eq!(problem, "memory:from is empty: there is nothing to copy");
}
