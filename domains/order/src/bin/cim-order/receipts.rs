//! A list of what the store has answered for, kept where the store is not.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use cim_runtime::Receipt;

/// A file with a CID a line, or nothing.
#[derive(Default)]
pub(crate) struct Receipts(Option<(Mutex<File>, PathBuf)>);

impl Receipts {
    /// Writes to `path`, which is created anew.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path);
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(Some((Mutex::new(file), path.to_owned()))))
    }

    /// Writes the events of a receipt, in one go: what stands in the file was answered for.
    pub(crate) fn write(&self, receipt: &Receipt) -> anyhow::Result<()> {
        let Some((file, path)) = &self.0 else { return Ok(()) };
        let lines: String = receipt.events.iter().map(|cid| format!("{cid}\n")).collect();
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(lines.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
    }
}
