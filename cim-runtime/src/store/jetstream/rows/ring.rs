//! The places of a space's last transactions, and which rows stand there alone.
//!
//! A transaction is a message at the next place, and takes the place of what was there. So the rows of
//! that one must stand elsewhere by then: in a later one, or in messages of their own.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use rustc_hash::FxHashMap;

/// How many places a new space has.
pub(super) const PLACES: usize = 512;

/// How many places a space may have.
pub(super) const MOST_PLACES: usize = 1 << 16;

/// The places of a space.
#[derive(Debug)]
pub(super) struct Ring {
    /// The sequence of the message at each place.
    sequences: Vec<u64>,
    /// The number of the last transaction.
    number: u64,
    /// Those that are still there and have rows: their numbers, and the keys.
    entries: VecDeque<(u64, Vec<Bytes>)>,
    /// The rows in them.
    rows: FxHashMap<Bytes, Logged>,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
struct Logged {
    /// The last transaction that has it.
    number: u64,
    /// Whether it stands nowhere else as it is now.
    alone: bool,
}

impl Ring {
    /// A ring in which nothing was written yet, whose places are at these sequences.
    pub(super) fn new(sequences: Vec<u64>) -> Self {
        Self { sequences, number: 0, entries: VecDeque::new(), rows: FxHashMap::default() }
    }

    /// The number of the last transaction.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The place of a transaction.
    pub(super) fn place_of(&self, number: u64) -> usize {
        (number % self.sequences.len() as u64) as usize
    }

    /// The place of the next transaction, and the sequence of what is there now.
    pub(super) fn next(&self) -> (usize, u64) {
        let place = self.place_of(self.number + 1);
        (place, self.sequences[place])
    }

    /// A transaction is at its place, at this sequence, with rows that are nowhere else, or also in
    /// messages beside it.
    pub(super) fn put(&mut self, number: u64, sequence: u64, keys: Vec<Bytes>, alone: bool) {
        let place = self.place_of(number);
        self.sequences[place] = sequence;
        self.number = number;
        let is_gone = |other: u64| other + self.sequences.len() as u64 <= number;
        while let Some((other, keys)) = self.entries.pop_front_if(|(other, _)| is_gone(*other)) {
            for key in keys {
                if self.rows.get(&key).is_some_and(|row| row.number == other) {
                    self.rows.remove(&key);
                }
            }
        }
        if keys.is_empty() {
            return;
        }
        for key in &keys {
            self.rows.insert(key.clone(), Logged { number, alone });
        }
        self.entries.push_back((number, keys));
    }

    /// A row stands in a message of its own, as it is now.
    pub(super) fn stands_elsewhere(&mut self, key: &[u8]) {
        if let Some(row) = self.rows.get_mut(key) {
            row.alone = false;
        }
    }

    /// Whether a row stands in a transaction, as it is or as it was.
    pub(super) fn has(&self, key: &[u8]) -> bool {
        self.rows.contains_key(key)
    }

    /// How many rows would be gone with what the next transaction replaces, if it changes `but`.
    pub(super) fn in_the_way(&self, but: &HashSet<Vec<u8>>) -> usize {
        let replaced = (self.number + 1).checked_sub(self.sequences.len() as u64);
        let first = self.entries.front().filter(|(number, _)| Some(*number) == replaced);
        first.map_or(0, |(number, keys)| self.alone(*number, keys, but).count())
    }

    /// The rows that stand in transactions alone, but for some of them: as many as asked for, and those
    /// first that would be gone first.
    pub(super) fn oldest(&self, most: usize, but: &HashSet<Vec<u8>>) -> Vec<Bytes> {
        let alone = self.entries.iter().flat_map(|(number, keys)| self.alone(*number, keys, but));
        alone.take(most).cloned().collect()
    }

    fn alone<'a>(
        &'a self,
        number: u64,
        keys: &'a [Bytes],
        but: &'a HashSet<Vec<u8>>,
    ) -> impl Iterator<Item = &'a Bytes> {
        keys.iter().filter(move |key| {
            let row = self.rows.get(*key);
            row.is_some_and(|row| row.number == number && row.alone) && !but.contains(&***key)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&'static str]) -> Vec<Bytes> {
        names.iter().map(|name| Bytes::from_static(name.as_bytes())).collect()
    }

    fn none() -> HashSet<Vec<u8>> {
        HashSet::new()
    }

    #[test]
    fn rows_that_change_again_are_in_nobodys_way() {
        let mut ring = Ring::new(vec![10, 11, 12, 13]);
        assert_eq!(ring.next(), (1, 11));
        for number in 1..20 {
            ring.put(number, 100 + number, keys(&["hot"]), true);
            assert_eq!(ring.in_the_way(&none()), 0);
        }
        assert_eq!((ring.number(), ring.next()), (19, (0, 116)));
        assert_eq!(ring.oldest(9, &none()), keys(&["hot"]));
    }

    #[test]
    fn a_row_that_stands_alone_is_in_the_way_of_what_replaces_it() {
        let mut ring = Ring::new(vec![0; 4]);
        ring.put(1, 1, keys(&["a", "b", "c"]), true);
        ring.put(2, 2, keys(&["b", "d"]), true);
        ring.put(3, 3, keys(&[]), true);
        assert_eq!(ring.in_the_way(&none()), 0, "the next place was never taken");
        ring.put(4, 4, keys(&["e"]), true);
        assert_eq!(ring.in_the_way(&none()), 2);
        assert_eq!(ring.in_the_way(&HashSet::from([b"a".to_vec()])), 1);
        assert_eq!(ring.oldest(4, &none()), keys(&["a", "c", "b", "d"]));
        assert_eq!(ring.oldest(9, &HashSet::from([b"c".to_vec()])), keys(&["a", "b", "d", "e"]));
        ring.stands_elsewhere(b"a");
        ring.stands_elsewhere(b"c");
        ring.stands_elsewhere(b"never seen");
        assert_eq!(ring.in_the_way(&none()), 0);
        assert!(ring.has(b"a"), "it is still there, as it was");
        ring.put(5, 5, keys(&[]), true);
        assert!(!ring.has(b"a") && ring.has(b"b"));
        assert_eq!(ring.oldest(9, &none()), keys(&["b", "d", "e"]));
    }

    #[test]
    fn what_stands_beside_a_transaction_as_well_is_not_alone() {
        let mut ring = Ring::new(vec![0; 2]);
        ring.put(1, 1, keys(&["a"]), true);
        ring.put(2, 2, keys(&["a"]), false);
        assert!(ring.has(b"a"));
        assert_eq!(ring.oldest(9, &none()), keys(&[]));
        // Some were gone before they were read.
        ring.put(7, 9, keys(&["b"]), true);
        assert!(!ring.has(b"a"));
        assert_eq!(ring.next(), (0, 2));
    }
}
