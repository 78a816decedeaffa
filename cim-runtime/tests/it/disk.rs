//! Disks that are full, and places where no store can be.

use std::fs;
use std::path::Path;
use std::process::Command;

use cim_runtime::Commit;
use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{EmbeddedStore, Store as _, StoreErrorKind};
use futures::executor::block_on;
use tempfile::TempDir;

use crate::files::{all, open};

/// A small disk in memory, which is unmounted when this is dropped.
struct Disk {
    at: TempDir,
}

impl Disk {
    fn of(size: &str) -> Self {
        let at = TempDir::new().unwrap();
        let options = format!("size={size}");
        mount(&["-t", "tmpfs", "-o", &options, "tmpfs", at.path().to_str().unwrap()]);
        Self { at }
    }

    fn store(&self) -> std::path::PathBuf {
        self.at.path().join("store")
    }

    /// Takes all the room that is left.
    fn fill(&self) -> Ballast {
        let path = self.at.path().join("ballast");
        let mut file = fs::File::create(&path).unwrap();
        for size in [64 << 10, 4 << 10, 1] {
            while std::io::Write::write_all(&mut file, &vec![1; size]).is_ok() {}
        }
        Ballast(path)
    }

    fn make_read_only(&self) {
        mount(&["-o", "remount,ro", self.at.path().to_str().unwrap()]);
    }
}

struct Ballast(std::path::PathBuf);

impl Drop for Ballast {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.at.path()).status();
    }
}

fn mount(arguments: &[&str]) {
    let output = Command::new("mount").args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "this test needs a disk of its own, and `mount {}` failed: {}; run the tests as root, or \
         in a container that may mount",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn large(stream: &mut SampleStream) -> Commit {
    stream.commit_of(&SampleCommit { data: 100 << 10, ..SampleCommit::of(1) })
}

/// Commits until there is no room; returns how many were answered and the one that was not.
fn until_full(store: &EmbeddedStore, stream: &mut SampleStream) -> (usize, Commit) {
    for answered in 0..1000 {
        let commit = large(stream);
        match block_on(store.commit(commit.clone())) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
                assert!(error.to_string().contains("free space"), "{error}");
                return (answered, commit);
            }
        }
    }
    panic!("the disk was never full");
}

#[test]
fn a_store_on_a_full_disk_works_again_when_there_is_room() {
    for segment in [64 << 20, 150 << 10] {
        let disk = Disk::of("12m");
        let open = || EmbeddedStore::options().segment_size(segment).open(disk.store()).unwrap();
        let store = open();
        let mut stream = SampleStream::new("full");
        block_on(store.commit(stream.commit(1))).unwrap();
        let ballast = disk.fill();
        let (answered, refused) = until_full(&store, &mut stream);
        assert_eq!(all(&store).len(), 1 + answered);
        let again = block_on(store.commit(refused.clone())).unwrap_err();
        assert_eq!(again.kind(), StoreErrorKind::Full);
        let snapshot = block_on(store.keep_snapshot(stream.name(), vec![1; 100 << 10].into()));
        drop(snapshot);
        let crashed = TempDir::new().unwrap();
        let copied = Command::new("cp").arg("-r").arg(disk.store()).arg(crashed.path()).status();
        assert!(copied.unwrap().success());
        assert_eq!(all(&crate::files::open(&crashed.path().join("store"))).len(), 1 + answered);

        drop(ballast);
        assert!(!block_on(store.commit(refused.clone())).unwrap().duplicate);
        for _ in 0..5 {
            block_on(store.commit(large(&mut stream))).unwrap();
        }
        block_on(store.keep_snapshot(stream.name(), "small".into())).unwrap();
        let stored = all(&store);
        assert_eq!(stored.len(), 1 + answered + 6);
        assert_eq!(block_on(store.read_stream(stream.name(), 0)).unwrap(), stored);
        drop(store);
        let store = open();
        assert_eq!(store.read_only(), None);
        assert_eq!(all(&store), stored);
        assert_eq!(block_on(store.damage()).unwrap(), []);
    }
}

#[test]
fn a_store_that_was_closed_on_a_full_disk_has_lost_nothing() {
    let disk = Disk::of("12m");
    let open = || EmbeddedStore::options().segment_size(150 << 10).open(disk.store());
    let store = open().unwrap();
    let mut stream = SampleStream::new("full");
    for _ in 0..8 {
        block_on(store.commit(large(&mut stream))).unwrap();
    }
    let ballast = disk.fill();
    let (answered, _) = until_full(&store, &mut stream);
    drop(store);
    match open() {
        Ok(store) => assert_eq!(all(&store).len(), 8 + answered),
        Err(error) => assert_eq!(error.kind(), StoreErrorKind::Full, "{error}"),
    }
    drop(ballast);
    let store = open().unwrap();
    assert_eq!(store.read_only(), None);
    assert_eq!(all(&store).len(), 8 + answered);
}

#[test]
fn a_disk_without_any_room_is_named() {
    let disk = Disk::of("64k");
    let _ballast = disk.fill();
    let error = EmbeddedStore::open(disk.store()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
}

#[test]
fn a_read_only_disk_is_named() {
    let disk = Disk::of("12m");
    drop(open(&disk.store()));
    disk.make_read_only();
    let error = EmbeddedStore::open(disk.store()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    assert!(error.to_string().contains("lock"), "{error}");
    assert!(error.to_string().contains("Read-only"), "{error}");
}

#[test]
fn a_file_in_the_place_of_the_directory_is_named() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a store").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = EmbeddedStore::open(&path).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Io, "{error}");
        assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    }
    assert_eq!(fs::read(Path::new(&file)).unwrap(), b"not a store");
}

#[test]
fn a_directory_in_the_place_of_a_segment_is_named() {
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("log/00000000000000000001.car")).unwrap();
    let error = EmbeddedStore::open(dir.path()).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Io);
    assert!(error.to_string().contains("00000000000000000001.car"), "{error}");
}
