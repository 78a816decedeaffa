//! Where an index is on disk.
//!
//! A process has a folder of its own: `NAME-0` for a stream `NAME`, or the first number that no other
//! process has. So several on one machine can be given one place, and one that comes back goes on
//! where it was. In it are the lock, the index, and the identity of the stream that it is of.

use std::fs;
use std::path::{Path, PathBuf};

use crate::store::lock::Lock;
use crate::store::trouble::io_error;
use crate::store::{StoreError, StoreErrorKind};

/// How many processes may have an index in one place.
const MOST: usize = 64;

/// A folder that is ours until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: Lock,
}

impl Folder {
    /// The first folder in `base` that nobody has.
    pub(super) fn take(base: &Path, stream: &str) -> Result<Self, StoreError> {
        for number in 0..MOST {
            let path = base.join(format!("{stream}-{number}"));
            fs::create_dir_all(&path).map_err(|error| io_error("create", &path, &error))?;
            match Lock::take(&path) {
                Ok(lock) => return Ok(Self { path, _lock: lock }),
                Err(error) if error.kind() == StoreErrorKind::Locked => {}
                Err(error) => return Err(error),
            }
        }
        let base = base.display();
        Err(StoreError::new(
            StoreErrorKind::Locked,
            format!("{MOST} processes have an index of `{stream}` in {base}: name another folder"),
        ))
    }

    /// Where the index itself is.
    pub(super) fn index(&self) -> PathBuf {
        self.path.join("index")
    }

    /// Whether what is here is of the stream `identity`.
    pub(super) fn is_of(&self, identity: &str) -> bool {
        fs::read_to_string(self.identity()).is_ok_and(|found| found == identity)
    }

    /// Says of which stream it is, once nothing of another is left.
    pub(super) fn set(&self, identity: &str) -> Result<(), StoreError> {
        let path = self.identity();
        fs::write(&path, identity).map_err(|error| io_error("write", &path, &error))
    }

    fn identity(&self) -> PathBuf {
        self.path.join("stream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_folder_of_its_own_and_comes_back_to_it() {
        let base = tempfile::TempDir::new().unwrap();
        let take = || Folder::take(base.path(), "SHOP").unwrap();
        let (first, second) = (take(), take());
        assert!(first.path.ends_with("SHOP-0") && second.path.ends_with("SHOP-1"));
        assert!(Folder::take(base.path(), "OTHER").unwrap().path.ends_with("OTHER-0"));
        assert!(!first.is_of("one"));
        first.set("one").unwrap();
        drop(first);
        let again = take();
        assert!(again.path.ends_with("SHOP-0") && again.is_of("one") && !again.is_of("another"));
    }
}
