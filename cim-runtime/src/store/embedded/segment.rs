//! The files of the log: their names, their order, and how they are opened.

use std::fs::{self, File, OpenOptions};
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::car;
use crate::store::StoreError;
use crate::store::trouble::io_error;

/// How many segments are kept open for reading.
const OPEN_FILES: NonZeroUsize = NonZeroUsize::new(128).expect("128 is not zero");

/// The file of the segment whose first event has position `first`.
pub(super) fn path(log: &Path, first: u64) -> PathBuf {
    log.join(format!("{first:020}.car"))
}

/// The first positions of all segments in the directory `log`, in order. Other files, such as
/// those that a repair has put aside, are left alone.
pub(super) fn list(log: &Path) -> Result<Vec<u64>, StoreError> {
    let entries = fs::read_dir(log).map_err(|error| io_error("list", log, &error))?;
    let mut firsts = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| io_error("list", log, &error))?;
        let name = entry.file_name();
        let first = name.to_str().and_then(|name| name.strip_suffix(".car"));
        let first = first.filter(|first| first.len() == 20);
        let first = first.and_then(|first| first.parse::<u64>().ok());
        firsts.extend(first.filter(|first| *first > 0));
    }
    firsts.sort_unstable();
    Ok(firsts)
}

/// Begins a segment: a file with a header and nothing else.
///
/// The header reaches the disk with the first group; that the file is there at all has to be
/// synced now, or the group could be lost with it.
pub(super) fn create(log: &Path, first: u64) -> Result<(File, u64), StoreError> {
    let path = path(log, first);
    let create = || {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
        let header = car::header(&[]);
        file.write_all_at(&header, 0)?;
        Ok((file, header.len() as u64))
    };
    let created = create().map_err(|error| io_error("begin", &path, &error));
    if created.is_err() {
        // Half a segment would be found at the next open; an empty one is none.
        let _ = fs::remove_file(&path);
    }
    let created = created?;
    sync_dir(log)?;
    Ok(created)
}

/// Opens a segment to go on writing it.
pub(super) fn open(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(|error| io_error("open", path, &error))
}

/// Cuts a segment behind its last group, so that it is a CARv1 file and nothing more.
pub(super) fn seal(path: &Path, len: u64) -> Result<(), StoreError> {
    let file = open(path)?;
    let seal = || {
        if file.metadata()?.len() != len {
            file.set_len(len)?;
        }
        file.sync_all()
    };
    seal().map_err(|error| io_error("seal", path, &error))
}

/// Brings the names in a directory to the disk.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    let sync = || File::open(dir)?.sync_all();
    sync().map_err(|error| io_error("sync", dir, &error))
}

/// Segments that are open for reading, the least used of which are closed.
#[derive(Debug)]
pub(super) struct Files {
    log: PathBuf,
    open: Mutex<LruCache<u64, Arc<File>>>,
}

impl Files {
    pub(super) fn new(log: PathBuf) -> Self {
        Self { log, open: Mutex::new(LruCache::new(OPEN_FILES)) }
    }

    /// The file of the segment that begins at `first`.
    pub(super) fn get(&self, first: u64) -> Result<Arc<File>, StoreError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&first) {
            return Ok(Arc::clone(file));
        }
        let path = self.path(first);
        let file = File::open(&path).map_err(|error| io_error("open", &path, &error))?;
        let file = Arc::new(file);
        open.put(first, Arc::clone(&file));
        Ok(file)
    }

    /// Where the segment that begins at `first` is.
    pub(super) fn path(&self, first: u64) -> PathBuf {
        path(&self.log, first)
    }
}
