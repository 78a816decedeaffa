//! Reads a CAR file commit by commit, without ever holding more than one.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};
use std::path::Path;

use cim_runtime::car::{self, CarError, Section};
use cim_runtime::{Commit, CommitError, Envelope, EventCid};
use indicatif::ProgressBar;
use ipld_core::ipld::Ipld;

/// Why a file is not a run of commits; it names the byte.
#[derive(Debug)]
pub(crate) struct BadFile(pub(crate) String);

impl BadFile {
    fn at(at: u64, problem: impl std::fmt::Display) -> Self {
        Self(format!("byte {at}: {problem}"))
    }
}

/// These name the byte themselves.
impl From<CarError> for BadFile {
    fn from(error: CarError) -> Self {
        Self(error.to_string())
    }
}

/// A CAR file, read from its start to its end.
#[derive(Debug)]
pub(crate) struct CarFile {
    reader: BufReader<File>,
    at: u64,
    roots: Vec<EventCid>,
    bar: ProgressBar,
}

/// A commit, and where it stands in its file.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) at: u64,
    pub(crate) commit: Commit,
}

impl CarFile {
    /// Opens a file and reads its header.
    pub(crate) fn open(path: &Path, bar: ProgressBar) -> Result<Self, BadFile> {
        let file =
            File::open(path).map_err(|error| BadFile(format!("could not be opened: {error}")))?;
        let mut file =
            Self { reader: BufReader::with_capacity(1 << 20, file), at: 0, roots: Vec::new(), bar };
        file.rewind()?;
        Ok(file)
    }

    /// Goes back to the start.
    pub(crate) fn rewind(&mut self) -> Result<(), BadFile> {
        self.reader.rewind().map_err(|error| BadFile::at(0, error))?;
        self.at = 0;
        let mut header = Vec::new();
        if !self.section(&mut header)? {
            return Err(BadFile("not a CARv1 file: it is empty".to_owned()));
        }
        (self.roots, _) = car::read_header(&header)?;
        Ok(())
    }

    /// The events that the header names: the file promises to hold them.
    pub(crate) fn roots(&self) -> &[EventCid] {
        &self.roots
    }

    /// The next commit; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<Placed>, BadFile> {
        let mut bytes = Vec::new();
        loop {
            let at = self.at;
            bytes.clear();
            if !self.section(&mut bytes)? {
                return Ok(None);
            }
            let section = Section::read(&bytes, at)?;
            if is_group_mark(section.block) {
                section.verify(at)?;
                continue;
            }
            return self.commit(bytes, at).map(Some);
        }
    }

    /// Reads on until `bytes`, which hold the first section, hold a whole commit.
    fn commit(&mut self, mut bytes: Vec<u8>, at: u64) -> Result<Placed, BadFile> {
        let mut places = Vec::new();
        let mut start = 0;
        loop {
            let here = at + start as u64;
            let section = Section::read(&bytes[start..], here)?;
            places.push((section.cid, here));
            // A count that is not true is found out at the next section, not at the file's end.
            let told = Envelope::decode(section.block).ok();
            let told = told.filter(|event| u64::from(event.part) == places.len() as u64);
            if told.is_none_or(|event| event.part == event.parts) {
                break;
            }
            start = bytes.len();
            if !self.section(&mut bytes)? {
                break;
            }
        }
        let commit = Commit::read(&bytes.into(), at).map_err(|error| {
            let cid = match &error {
                // Names the byte itself.
                CommitError::Car(error) => return BadFile(error.to_string()),
                CommitError::Block { cid, .. }
                | CommitError::Stream { cid, .. }
                | CommitError::Sequence { cid, .. } => Some(*cid),
                _ => None,
            };
            let place = places.iter().find(|(place, _)| Some(*place) == cid);
            BadFile::at(place.map_or(at, |(_, at)| *at), error)
        })?;
        Ok(Placed { at, commit })
    }

    /// Appends the next section to `to`, its length before it; false at the end of the file.
    fn section(&mut self, to: &mut Vec<u8>) -> Result<bool, BadFile> {
        let at = self.at;
        let start = to.len();
        let mut len = 0;
        // A length has at most four bytes; what is wrong with it is said by who reads the section.
        for shift in [0, 7, 14, 21] {
            if self.take(1, to, at)? == 0 {
                return if shift == 0 { Ok(false) } else { Err(CarError::Truncated { at }.into()) };
            }
            let byte = to[to.len() - 1];
            len |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if len > car::MAX_SECTION as u64 || to[to.len() - 1] & 0x80 != 0 {
            return Err(CarError::Length { at }.into());
        }
        if self.take(len, to, at)? < len {
            return Err(CarError::Truncated { at }.into());
        }
        self.at += (to.len() - start) as u64;
        self.bar.set_position(self.at);
        Ok(true)
    }

    /// Appends up to `len` bytes to `to`, fewer only at the end of the file.
    fn take(&mut self, len: u64, to: &mut Vec<u8>, at: u64) -> Result<u64, BadFile> {
        // Memory grows with what is there, not with what a length says.
        let taken: io::Result<usize> = self.reader.by_ref().take(len).read_to_end(to);
        taken
            .map(|taken| taken as u64)
            .map_err(|error| BadFile::at(at, format!("could not be read: {error}")))
    }
}

/// Whether the block is one that an embedded store's log puts behind a group of commits. It holds
/// no event, and means nothing outside that log.
fn is_group_mark(block: &[u8]) -> bool {
    const MARKS: [&[&str]; 2] = [&["group", "len"], &["count", "group", "id", "len"]];
    // Events are far larger: not worth reading twice.
    if block.len() > 64 || cim_runtime::cbor::check(block).is_err() {
        return false;
    }
    let Ok(Ipld::Map(entries)) = serde_ipld_dagcbor::from_slice(block) else { return false };
    let is_count = |value: &Ipld| matches!(value, Ipld::Integer(0..));
    entries.values().all(is_count) && MARKS.iter().any(|keys| entries.keys().eq(keys.iter()))
}
