//! Stores in directories that tests cut, copy and spoil.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use cim_runtime::store::conformance::{SampleCommit, SampleStream};
use cim_runtime::store::{EmbeddedStore, Store as _, StoredEvent};
use futures::executor::block_on;
use tempfile::TempDir;

pub(crate) fn open(dir: &Path) -> EmbeddedStore {
    EmbeddedStore::open(dir).unwrap()
}

/// Opens a store that begins a new segment with nearly every group.
pub(crate) fn open_tiny(dir: &Path) -> EmbeddedStore {
    EmbeddedStore::options().segment_size(2000).open(dir).unwrap()
}

pub(crate) fn all(store: &EmbeddedStore) -> Vec<StoredEvent> {
    let events = block_on(store.read_all(0, 1_000_000)).unwrap();
    events.iter().for_each(|event| event.verify().unwrap());
    events
}

/// Commits one event with so many bytes of data.
pub(crate) fn put(store: &EmbeddedStore, stream: &mut SampleStream, data: usize) {
    let sample = SampleCommit { data, ..SampleCommit::of(1) };
    block_on(store.commit(stream.commit_of(&sample))).unwrap();
}

/// The segments of a store, in order.
pub(crate) fn segments(dir: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(dir.join("log")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension() == Some("car".as_ref())).collect();
    files.sort();
    files
}

pub(crate) fn last_segment(dir: &Path) -> PathBuf {
    segments(dir).pop().unwrap()
}

/// The length of a segment without the zeros at its end.
pub(crate) fn used(path: &Path) -> u64 {
    let bytes = fs::read(path).unwrap();
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1)
}

pub(crate) fn overwrite(path: &Path, at: u64, bytes: &[u8]) {
    fs::OpenOptions::new().write(true).open(path).unwrap().write_all_at(bytes, at).unwrap();
}

pub(crate) fn truncate(path: &Path, len: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(len).unwrap();
}

/// What is on the disk at this moment, as another directory: what a crash would leave.
pub(crate) fn copy(dir: &Path) -> TempDir {
    let to = TempDir::new().unwrap();
    copy_into(dir, to.path());
    to
}

// An open store goes on indexing while it is copied: files of the index may vanish meanwhile.
pub(crate) fn copy_into(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let Ok(entries) = fs::read_dir(from) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy_into(&path, &target),
            false => match fs::copy(&path, target) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                copied => drop(copied.unwrap()),
            },
        }
    }
}
