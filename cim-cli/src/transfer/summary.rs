//! What a file holds, stream by stream, found by reading all of it.

use std::collections::{HashMap, HashSet};

use cim_runtime::{Envelope, EventCid, StreamName};

use super::car_file::{BadFile, CarFile, Placed};
use crate::chain::Chain;

/// The events of one stream that a file holds: a run without a hole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// The version that the first commit expects.
    pub(crate) expected: u64,
    /// The event at that version, which the file does not hold.
    pub(crate) prev: Option<EventCid>,
    /// The number of the last event.
    pub(crate) version: u64,
    /// The last event.
    pub(crate) head: EventCid,
}

/// A file that was read to its end, and is sound.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) streams: HashMap<StreamName, Run>,
    pub(crate) events: u64,
    pub(crate) commits: u64,
}

impl Summary {
    /// Reads the whole file: every block re-hashed, every chain followed.
    pub(crate) fn read(file: &mut CarFile) -> Result<Self, BadFile> {
        let mut summary = Self::default();
        let mut chain = Chain::default();
        let mut roots: HashSet<_> = file.roots().iter().copied().collect();
        while let Some(placed) = file.next()? {
            summary.take(&placed, &mut chain)?;
            for event in placed.commit.events() {
                roots.remove(&event.cid);
            }
        }
        match roots.iter().next() {
            None => Ok(summary),
            Some(root) => Err(BadFile(format!(
                "the header names the event {root}, which is not in the file: the file was cut off"
            ))),
        }
    }

    fn take(&mut self, placed: &Placed, chain: &mut Chain) -> Result<(), BadFile> {
        let Placed { at, commit } = placed;
        let stream = commit.stream();
        let first = first_event(placed)?;
        if chain.last(stream).is_none() {
            // A file may begin in the middle of a stream; the store must have what is before.
            let run = Run {
                expected: commit.expected(),
                prev: first.prev,
                version: commit.version(),
                head: commit.head(),
            };
            self.streams.insert(stream.clone(), run);
        } else {
            chain.take(stream, commit.events()[0].cid, &first).map_err(|gap| {
                BadFile(format!("byte {at}: the chain of {stream} is broken: {}", gap.problem))
            })?;
        }
        chain.settle(commit);
        if let Some(run) = self.streams.get_mut(stream) {
            (run.version, run.head) = (commit.version(), commit.head());
        }
        self.events += commit.events().len() as u64;
        self.commits += 1;
        Ok(())
    }
}

/// The envelope of a commit's first event.
pub(crate) fn first_event(placed: &Placed) -> Result<Envelope<'_>, BadFile> {
    let Placed { at, commit } = placed;
    let section = cim_runtime::car::Section::read(commit.sections(), *at)?;
    Envelope::decode(section.block).map_err(|error| BadFile(format!("byte {at}: {error}")))
}
