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

/// The last commit of a stream, as far as it is known.
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

impl StreamHead {
    /// The head after a commit that was decided on `base` is stored at `sequence`.
    pub(super) fn after(base: Option<&Self>, commit: &Commit, sequence: u64) -> Self {
        Self {
            sequence,
            version: commit.version(),
            cid: commit.head(),
            back: Self::back_of_next(base),
        }
    }

    /// The list of the commit that follows `base`.
    pub(super) fn back_of_next(base: Option<&Self>) -> Back {
        base.map_or_else(Back::first, |head| head.back.next(head.sequence))
    }
}

/// The heads of the streams that were used last.
pub(super) struct Heads(Mutex<LruCache<StreamName, StreamHead>>);

impl Heads {
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(capacity)))
    }

    pub(super) fn get(&self, stream: &StreamName) -> Option<StreamHead> {
        self.lock().get(stream).cloned()
    }

    /// Takes note of a head, unless a later one is known.
    pub(super) fn raise(&self, stream: &StreamName, head: StreamHead) {
        let mut heads = self.lock();
        if heads.get(stream).is_none_or(|known| known.sequence < head.sequence) {
            heads.put(stream.clone(), head);
        }
    }

    // A panic while the lock was held left whole heads behind.
    fn lock(&self) -> MutexGuard<'_, LruCache<StreamName, StreamHead>> {
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
    fn the_later_head_stays() {
        let heads = Heads::new(NonZeroUsize::MIN);
        let mut sample = SampleStream::new("kettle");
        let first = StreamHead::after(None, &sample.commit(1), 7);
        let second = StreamHead::after(Some(&first), &sample.commit(2), 9);
        assert_eq!((second.version, second.back.number), (3, 2));
        heads.raise(sample.name(), second.clone());
        heads.raise(sample.name(), first.clone());
        assert_eq!(heads.get(sample.name()), Some(second));

        let other = SampleStream::new("other");
        heads.raise(other.name(), first.clone());
        assert_eq!(heads.get(other.name()), Some(first));
        assert_eq!(heads.get(sample.name()), None, "only one head is kept");
    }
}
