//! What this process knows of the streams' heads.
//!
//! A commit expects a version and links a CID; the server expects a sequence. The head has all
//! three. It is only ever a fact about the past: the server's answer alone tells whether it still
//! is the head.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::back::Back;
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::subject::StreamName;

/// What is known of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known {
    /// The sequence of its last message, 0 for none: what the next commit expects. It is the head's,
    /// unless something that is no commit was sent to the subject since.
    pub(super) last: u64,
    /// Its last commit.
    pub(super) head: Option<StreamHead>,
}

/// The last commit of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StreamHead {
    /// Its message.
    pub(super) sequence: u64,
    /// The version it led to.
    pub(super) version: u64,
    /// Its last event.
    pub(super) cid: EventCid,
    /// Its number, and where the commits before it are.
    pub(super) back: Back,
}

impl Known {
    /// What is known once a commit, whose list is `back`, is stored at `sequence`.
    pub(super) fn after(commit: &Commit, back: Back, sequence: u64) -> Self {
        let (version, cid) = (commit.version(), commit.head());
        let head = StreamHead { sequence, version, cid, back };
        Self { last: sequence, head: Some(head) }
    }

    /// The list of the commit that follows.
    pub(super) fn back_of_next(&self) -> Back {
        self.head.as_ref().map_or_else(Back::first, |head| head.back.next(head.sequence))
    }

    /// The stream's version.
    pub(super) fn version(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.version)
    }

    /// The stream's last event.
    pub(super) fn cid(&self) -> Option<EventCid> {
        self.head.as_ref().map(|head| head.cid)
    }
}

/// What is known of the streams that were used last.
pub(super) struct Heads(Mutex<LruCache<StreamName, Known>>);

impl Heads {
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(capacity)))
    }

    pub(super) fn get(&self, stream: &StreamName) -> Option<Known> {
        self.lock().get(stream).cloned()
    }

    /// Takes note of what was seen, unless something later is known.
    pub(super) fn raise(&self, stream: &StreamName, seen: Known) {
        let mut heads = self.lock();
        match heads.get_mut(stream) {
            Some(known) if known.last >= seen.last => {}
            Some(known) => *known = seen,
            None => drop(heads.put(stream.clone(), seen)),
        }
    }

    // A panic while the lock was held left whole entries behind.
    fn lock(&self) -> MutexGuard<'_, LruCache<StreamName, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Heads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Heads({})", self.lock().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::SampleStream;

    #[test]
    fn what_is_later_stays() {
        let heads = Heads::new(NonZeroUsize::MIN);
        let mut sample = SampleStream::new("kettle");
        let mut next = |known: &Known, events, sequence| {
            Known::after(&sample.commit(events), known.back_of_next(), sequence)
        };
        let first = next(&Known::default(), 1, 7);
        let second = next(&first, 2, 9);
        assert_eq!((second.version(), second.cid()), (3, sample.head()));
        heads.raise(sample.name(), second.clone());
        heads.raise(sample.name(), first.clone());
        assert_eq!(heads.get(sample.name()), Some(second));

        let other = SampleStream::new("other");
        heads.raise(other.name(), first.clone());
        assert_eq!(heads.get(other.name()), Some(first));
        assert_eq!(heads.get(sample.name()), None, "only one stream is remembered");
    }
}
