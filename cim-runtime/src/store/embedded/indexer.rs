//! The thread that seals segments and moves their indexes from memory to the disk.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::content::Content;
use super::recovery::rebuild_index;
use super::segment;
use crate::store::StoreError;
use crate::store::index::Indexed;
use crate::store::index::ingest;
use crate::store::index::{SharedRecent, read};

/// After trouble, such as a full disk, it is tried again so often.
const AGAIN: Duration = Duration::from_millis(500);

/// So many segments go into the index at a time.
const AT_ONCE: usize = 32;

/// Works until the writer is gone, which sends the first positions of the segments it has ended;
/// those in `waiting` had been ended before.
pub(super) fn run(content: &Content, sealed: &Receiver<u64>, mut waiting: Vec<u64>) {
    let mut pause = Duration::ZERO;
    loop {
        let received = match waiting.is_empty() {
            true => sealed.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => sealed.recv_timeout(pause),
        };
        waiting.extend(received.ok());
        waiting.extend(sealed.try_iter());
        pause = match take_in(content, &mut waiting) {
            Ok(()) => Duration::ZERO,
            Err(error) => {
                tracing::warn!(%error, "segments stay in memory until the index takes them");
                AGAIN
            }
        };
        // What waits then is found in the log at the next open.
        if received == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// The sealed segments that the index did not take when the store was opened. To be asked before the
/// writer starts, which tells of every further one itself.
pub(super) fn left_over(content: &Content) -> Vec<u64> {
    let view = content.view();
    let sealed = view.memory.keys().rev().skip(1);
    let mut sealed: Vec<u64> = sealed.copied().collect();
    sealed.reverse();
    sealed
}

/// Moves the waiting segments to the disk, the oldest first.
fn take_in(content: &Content, waiting: &mut Vec<u64>) -> Result<(), StoreError> {
    while !waiting.is_empty() {
        let firsts = &waiting[..waiting.len().min(AT_ONCE)];
        let shared: Vec<SharedRecent> = {
            let view = content.view();
            firsts.iter().filter_map(|first| view.memory.get(first).cloned()).collect()
        };
        let segments: Vec<_> = shared.iter().map(read).collect();
        for segment in &segments {
            segment::seal(&content.files.path(segment.first()), segment.end())?;
        }
        let all: Vec<_> = segments.iter().map(|segment| &**segment).collect();
        let (taken, age) = content.index.ask(|db| ingest(db, &all));
        if let Err(trouble) = taken {
            // A full disk passes, and the index is good for what it holds. Other trouble stays.
            if !trouble.is_full() {
                rebuild_index(content, age)?;
            }
            return Err(trouble.error(content.index.dir()));
        }
        let mut view = content.view_mut();
        for segment in &segments {
            view.memory.remove(&segment.first());
            view.known.insert(segment.first(), Indexed::of(segment));
        }
        drop(view);
        let done = firsts.len();
        waiting.drain(..done);
    }
    Ok(())
}
