//! The chain of every stream: each event follows the one before it.
//!
//! Per stream only the last event's number and CID are kept, however long the stream is.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use cim_runtime::{Commit, Envelope, EventCid, StreamName};

/// The last event of a stream, as far as it was followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) version: u64,
    pub(crate) cid: EventCid,
    part: u32,
    parts: u32,
}

impl Link {
    /// The event's place in its commit, and how many events that has.
    pub(crate) fn parts(&self) -> (u32, u32) {
        (self.part, self.parts)
    }
}

/// Why an event does not follow the one before it in its stream.
#[derive(Debug)]
pub(crate) struct Break {
    /// The numbers of the events that are missing or wrong.
    pub(crate) versions: RangeInclusive<u64>,
    pub(crate) problem: String,
    /// The CID that the last of them should have, if it is known.
    pub(crate) expected: Option<EventCid>,
    /// The CID that stands there, if there is one.
    pub(crate) found: Option<EventCid>,
}

/// Follows the streams, whose events come in order.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    streams: HashMap<StreamName, Link>,
}

impl Chain {
    /// How many streams there are by now.
    pub(crate) fn streams(&self) -> u64 {
        self.streams.len() as u64
    }

    /// The last event of `stream`, if it was met.
    pub(crate) fn last(&self, stream: &StreamName) -> Option<&Link> {
        self.streams.get(stream)
    }

    /// The streams that end in the middle of a commit, in order, with their last event.
    pub(crate) fn unfinished(&self) -> Vec<(&StreamName, &Link)> {
        let streams = self.streams.iter().filter(|(_, last)| last.part < last.parts);
        let mut streams: Vec<_> = streams.collect();
        streams.sort_unstable_by_key(|(stream, _)| *stream);
        streams
    }

    /// Takes the next event of `stream`, whether it follows or not: what comes after it is judged
    /// by it, so that one mistake is reported once.
    pub(crate) fn take(
        &mut self,
        stream: &StreamName,
        cid: EventCid,
        event: &Envelope<'_>,
    ) -> Result<(), Break> {
        let Envelope { version, part, parts, .. } = *event;
        let link = Link { version, cid, part, parts };
        match self.streams.get_mut(stream) {
            Some(last) => {
                let judged = follows(Some(last), event);
                *last = link;
                judged
            }
            None => {
                self.streams.insert(stream.clone(), link);
                follows(None, event)
            }
        }
    }

    /// Takes the next event of `stream` without judging it.
    pub(crate) fn believe(&mut self, stream: &StreamName, cid: EventCid, event: &Envelope<'_>) {
        let Envelope { version, part, parts, .. } = *event;
        self.streams.insert(stream.clone(), Link { version, cid, part, parts });
    }

    /// Takes a whole commit of `stream`, which was judged already.
    pub(crate) fn settle(&mut self, commit: &Commit) {
        let link = Link { version: commit.version(), cid: commit.head(), part: 1, parts: 1 };
        self.streams.insert(commit.stream().clone(), link);
    }
}

fn follows(last: Option<&Link>, event: &Envelope<'_>) -> Result<(), Break> {
    let last_version = last.map_or(0, |last| last.version);
    if event.version <= last_version {
        return Err(Break {
            versions: event.version..=event.version,
            problem: format!("event {} stands behind event {last_version}", event.version),
            expected: None,
            found: None,
        });
    }
    if event.version > last_version + 1 {
        let (from, to) = (last_version + 1, event.version - 1);
        let problem = match to - from {
            0 => format!("event {from} is missing"),
            _ => format!("events {from} to {to} are missing"),
        };
        // The next event links the last of the missing ones.
        return Err(Break { versions: from..=to, problem, expected: event.prev, found: None });
    }
    let Some(last) = last else { return Ok(()) };
    if event.prev != Some(last.cid) {
        return Err(Break {
            versions: last.version..=last.version,
            problem: format!(
                "event {} links another event {} than the one that stands before it",
                event.version, last.version
            ),
            expected: event.prev,
            found: Some(last.cid),
        });
    }
    let first_of_commit = event.part == 1 && last.part == last.parts;
    let next_of_commit = event.part > 1 && (event.part - 1, event.parts) == (last.part, last.parts);
    if !first_of_commit && !next_of_commit {
        return Err(Break {
            versions: event.version..=event.version,
            problem: format!(
                "part {} of {} of a commit stands behind part {} of {}",
                event.part, event.parts, last.part, last.parts
            ),
            expected: None,
            found: None,
        });
    }
    Ok(())
}
