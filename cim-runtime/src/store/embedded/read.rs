//! Reads events from the log, in as few calls as there are gaps between them.

use std::fs::File;
use std::io::IoSliceMut;
use std::os::unix::fs::FileExt as _;

use bytes::Bytes;
use rustix::io::{ReadWriteFlags, preadv2};

use super::content::{Content, Gathered, Reach};
use crate::car::Section;
use crate::store::index::{Spot, Spots};
use crate::store::trouble::io_error;
use crate::store::{StoreError, StoreErrorKind, StoredEvent};

/// A gap is read along when that costs less than one more call.
const GAP: u32 = 4 << 10;

/// No more is read at a time: an event keeps the whole buffer it came with.
const BUFFER: u32 = 256 << 10;

/// More than this is not read on a thread that others wait for, even if it is in the page cache.
const AT_ONCE: usize = 64 << 10;

impl Content {
    /// Gathers places and reads them: at once, if memory and page cache hold everything.
    pub(super) async fn read(
        self: std::sync::Arc<Self>,
        gather: impl Fn(&Content, Reach) -> Gathered + Send + 'static,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let gathered = gather(&self, Reach::Memory)?;
        if let Some(spots) = &gathered
            && let Some(events) = self.fetch(spots, Patience::None)?
        {
            return Ok(events);
        }
        blocking(move || {
            let spots = match gathered {
                Some(spots) => spots,
                None => gather(&self, Reach::Disk)?.unwrap_or_default(),
            };
            Ok(self.fetch(&spots, Patience::Disk)?.unwrap_or_default())
        })
        .await
    }

    /// Reads the events at these places, or `None` when there is no patience for the disk.
    pub(super) fn fetch(
        &self,
        segments: &[Spots],
        patience: Patience,
    ) -> Result<Option<Vec<StoredEvent>>, StoreError> {
        let spots = segments.iter().flat_map(|segment| &segment.spots);
        let bytes: usize = spots.clone().map(|spot| spot.len as usize).sum();
        if patience == Patience::None && bytes > AT_ONCE {
            return Ok(None);
        }
        let mut events = Vec::with_capacity(spots.count());
        for segment in segments.iter().filter(|segment| !segment.spots.is_empty()) {
            let file = self.files.get(segment.segment)?;
            let mut rest = &segment.spots[..];
            while let Some((run, bytes)) = next_run(&mut rest) {
                let mut buffer = vec![0; bytes as usize];
                let at = u64::from(run[0].offset);
                match patience {
                    Patience::Disk => file
                        .read_exact_at(&mut buffer, at)
                        .map_err(|error| self.unreadable(segment.segment, &run[0], &error))?,
                    Patience::None if read_cached(&file, &mut buffer, at) => {}
                    Patience::None => return Ok(None),
                }
                self.split_run(segment.segment, run, buffer.into(), &mut events)?;
            }
        }
        Ok(Some(events))
    }

    /// Appends the events of one buffer.
    fn split_run(
        &self,
        segment: u64,
        run: &[Spot],
        buffer: Bytes,
        events: &mut Vec<StoredEvent>,
    ) -> Result<(), StoreError> {
        let start = run[0].offset;
        for spot in run {
            let from = (spot.offset - start) as usize;
            let bytes = &buffer[from..from + spot.len as usize];
            let section = Section::read(bytes, u64::from(spot.offset));
            let section =
                section.map_err(|error| self.damaged(segment, spot, &error.to_string()))?;
            if section.len != bytes.len() {
                let problem = format!("byte {}: a section's length has changed", spot.offset);
                return Err(self.damaged(segment, spot, &problem));
            }
            let block = buffer.slice_ref(section.block);
            events.push(StoredEvent { position: spot.position, cid: section.cid, block });
        }
        Ok(())
    }

    fn damaged(&self, segment: u64, spot: &Spot, problem: &str) -> StoreError {
        StoreError::damaged(format!(
            "the event at position {} cannot be read: {}, {problem}; run `cim repair`",
            spot.position,
            self.files.path(segment).display()
        ))
    }

    fn unreadable(&self, segment: u64, spot: &Spot, error: &std::io::Error) -> StoreError {
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            let problem = format!("byte {}: the file ends before", spot.offset);
            return self.damaged(segment, spot, &problem);
        }
        io_error("read", &self.files.path(segment), error)
    }
}

/// Whether a read may wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    None,
    Disk,
}

/// Takes the spots that are read in one call, and how many bytes they span.
fn next_run<'a>(rest: &mut &'a [Spot]) -> Option<(&'a [Spot], u32)> {
    let first = rest.first()?;
    let mut end = first.offset + first.len;
    let mut count = 1;
    for spot in &rest[1..] {
        let near = spot.offset >= end && spot.offset - end <= GAP;
        if !near || spot.offset + spot.len - first.offset > BUFFER {
            break;
        }
        end = spot.offset + spot.len;
        count += 1;
    }
    let (run, later) = rest.split_at(count);
    *rest = later;
    Some((run, end - first.offset))
}

/// Reads what the page cache holds; false if any of it has to come from the disk.
fn read_cached(file: &File, buffer: &mut [u8], at: u64) -> bool {
    let len = buffer.len();
    let read = preadv2(file, &mut [IoSliceMut::new(buffer)], at, ReadWriteFlags::NOWAIT);
    read == Ok(len)
}

/// Runs what may wait for a disk where nobody else waits for it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return work();
    };
    let done = runtime.spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        Err(StoreError::new(StoreErrorKind::Io, format!("reading was cut short: {error}")))
    })
}
