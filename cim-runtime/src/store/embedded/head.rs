//! The remembered head: what the store has answered for, kept outside of the log.
//!
//! A chain shows edits and holes but not a missing end. This file does: it is written behind each
//! group, and compared with the log at every open.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::cid::EventCid;
use crate::store::trouble::io_error;
use crate::store::{Head, StoreError};

/// Store, position, CID, checksum.
const LEN: usize = 8 + 8 + EventCid::LEN + 16;

/// The file.
#[derive(Debug)]
pub(super) struct HeadFile {
    path: PathBuf,
    file: File,
}

/// What the file said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remembered {
    /// The store's own number, as in its marks.
    pub(super) store: u64,
    /// The last event that the store had answered for.
    pub(super) head: Head,
}

impl HeadFile {
    /// Opens the file of the store in `dir`, which may be missing yet.
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join("head");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| io_error("open", &path, &error))?;
        Ok(Self { path, file })
    }

    /// What was remembered. A file that is missing, torn or damaged remembers nothing: it guards
    /// the log, and the log does not depend on it.
    pub(super) fn read(&self) -> Option<Remembered> {
        let mut bytes = [0; LEN];
        self.file.read_exact_at(&mut bytes, 0).ok()?;
        let (body, checksum) = bytes.split_at(LEN - 16);
        if checksum != self::checksum(body) {
            return None;
        }
        let (store, body) = body.split_at(8);
        let (position, cid) = body.split_at(8);
        let store = u64::from_le_bytes(store.try_into().ok()?);
        let number = u64::from_le_bytes(position.try_into().ok()?);
        let cid = EventCid::from_bytes(cid).ok()?;
        Some(Remembered { store, head: Head { number, cid } })
    }

    /// Remembers this head. It reaches the disk when the system pleases, or with
    /// [`HeadFile::sync`]: an older head is a weaker guard, not a wrong one.
    pub(super) fn write(&self, remembered: &Remembered) -> Result<(), StoreError> {
        let mut bytes = [0; LEN];
        bytes[..8].copy_from_slice(&remembered.store.to_le_bytes());
        bytes[8..16].copy_from_slice(&remembered.head.number.to_le_bytes());
        bytes[16..LEN - 16].copy_from_slice(&remembered.head.cid.to_bytes());
        let checksum = checksum(&bytes[..LEN - 16]);
        bytes[LEN - 16..].copy_from_slice(&checksum);
        self.file
            .write_all_at(&bytes, 0)
            .map_err(|error| io_error("write the head to", &self.path, &error))
    }

    /// Forgets the head, as a repair does before it states a new one.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        self.file.set_len(0).map_err(|error| io_error("clear", &self.path, &error))
    }

    /// Brings what is remembered to the disk.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(|error| io_error("sync", &self.path, &error))
    }
}

fn checksum(body: &[u8]) -> [u8; 16] {
    let mut checksum = [0; 16];
    checksum.copy_from_slice(&blake3::hash(body).as_bytes()[..16]);
    checksum
}
