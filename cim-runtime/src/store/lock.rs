//! One process at a time: the lock on a store's directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::trouble::io_error;
use crate::store::{StoreError, StoreErrorKind};

/// The lock, which is given back when this is dropped, or by the system when the process ends.
#[derive(Debug)]
pub(in crate::store) struct Lock {
    file: File,
}

// Not left to the file's being closed: a process that this one is just starting holds a copy of it
// for a moment, and with it the lock.
impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock of the store in `dir`, or says who has it.
    pub(in crate::store) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| io_error("open", &path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(dir, &mut file)),
            Err(TryLockError::Error(error)) => return Err(io_error("lock", &path, &error)),
        }
        // Only for the message above: on a full disk the lock holds without it.
        let _ = file.set_len(0).and_then(|()| file.rewind());
        let _ = write!(file, "{}", std::process::id());
        Ok(Self { file })
    }
}

fn taken(dir: &Path, file: &mut File) -> StoreError {
    let mut holder = String::new();
    let _ = file.take(20).read_to_string(&mut holder);
    let holder = match holder.parse::<u32>() {
        Ok(pid) if pid == std::process::id() => "this process".to_owned(),
        Ok(pid) => format!("process {pid}"),
        Err(_) => "another process".to_owned(),
    };
    StoreError::new(
        StoreErrorKind::Locked,
        format!(
            "the store in {} is open in {holder}: share that one (clones are cheap), or close it first",
            dir.display()
        ),
    )
}
