//! Commits of this process to one stream go one after the other.
//!
//! Each is sent behind the sequence of the one before, which is only known once that one is answered
//! for. Whoever sends several at once, as an import does, has them stored in the order in which they
//! were first awaited.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::subject::StreamName;

type Turnstile = Arc<tokio::sync::Mutex<()>>;

/// Whose turn it is, for each stream that has a commit on its way.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<FxHashMap<StreamName, Turnstile>>);

/// A place in the line of one stream: it comes when `turnstile` is locked.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    stream: StreamName,
    pub(super) turnstile: Turnstile,
}

impl Turns {
    pub(super) fn of(&self, stream: &StreamName) -> Turn<'_> {
        let turnstile = Arc::clone(self.lines().entry(stream.clone()).or_default());
        Turn { turns: self, stream: stream.clone(), turnstile }
    }

    fn lines(&self) -> MutexGuard<'_, FxHashMap<StreamName, Turnstile>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut lines = self.turns.lines();
        // Nobody is behind us: only the map and we know the line.
        if Arc::strong_count(&self.turnstile) == 2 {
            lines.remove(&self.stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_forgotten_when_nobody_stands_in_it() {
        let stream = StreamName::new("shop.order", "1").unwrap();
        let turns = Turns::default();
        let (first, second) = (turns.of(&stream), turns.of(&stream));
        assert!(Arc::ptr_eq(&first.turnstile, &second.turnstile));
        drop(first);
        assert_eq!(turns.lines().len(), 1);
        drop(second);
        assert_eq!(turns.lines().len(), 0);
    }
}
