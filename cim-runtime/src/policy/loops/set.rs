//! Sets of reactions.

use super::REACTIONS;

/// A set of reactions, as bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Set([u64; REACTIONS / 64]);

impl Set {
    pub(super) const EMPTY: Self = Self([0; REACTIONS / 64]);

    pub(super) const fn has(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }

    pub(super) const fn add(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    pub(super) const fn without(&self, others: &Self) -> Self {
        let mut left = *self;
        let mut word = 0;
        while word < left.0.len() {
            left.0[word] &= !others.0[word];
            word += 1;
        }
        left
    }

    pub(super) const fn add_all(&mut self, others: &Self) {
        // No loop: rustc counts its rounds, and there are many sets.
        let ([a, b, c, d, e, f, g, h], [s, t, u, v, w, x, y, z]) = (self.0, others.0);
        self.0 = [a | s, b | t, c | u, d | v, e | w, f | x, g | y, h | z];
    }
}

/// Warshall's closure over the first `count` reactions.
pub(super) const fn close(reached: &mut [Set; REACTIONS], count: usize) {
    let count = if count < REACTIONS { count } else { REACTIONS };
    let mut over = 0;
    while over < count {
        let (word, bit) = (over / 64, over % 64);
        let onwards = reached[over];
        let mut from = 0;
        while from < count {
            if reached[from].0[word] >> bit & 1 == 1 {
                reached[from].add_all(&onwards);
            }
            from += 1;
        }
        over += 1;
    }
}

/// Adds a way from each of these to each of those.
pub(super) const fn connect_all(ways: &mut [Set; REACTIONS], from: &Set, to: &Set) {
    let mut word = 0;
    while word < from.0.len() {
        let mut left = from.0[word];
        while left != 0 {
            ways[word * 64 + left.trailing_zeros() as usize].add_all(to);
            left &= left - 1;
        }
        word += 1;
    }
}
