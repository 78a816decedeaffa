//! Rows in the order of their keys, of which many versions share what is the same in them.

use std::sync::Arc;

use bytes::Bytes;

/// How many rows a piece has at most.
const MOST: usize = 128;

/// Sorted rows, in pieces: a clone costs a pointer, and a change copies the pieces that it touches,
/// where somebody still has the clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    /// None is empty, and each begins behind the end of the one before.
    pieces: Arc<Vec<Piece>>,
}

type Piece = Arc<Vec<(Bytes, Bytes)>>;

impl Sorted {
    pub(super) fn get(&self, key: &[u8]) -> Option<&Bytes> {
        let piece = self.pieces.get(self.piece_of(key)?)?;
        let at = piece.binary_search_by(|(other, _)| (**other).cmp(key)).ok()?;
        Some(&piece[at].1)
    }

    /// The rows from this key on.
    pub(super) fn beginning_at<'a>(
        &'a self,
        key: &[u8],
    ) -> impl Iterator<Item = &'a (Bytes, Bytes)> + use<'a> {
        let first = self.piece_of(key).unwrap_or(0);
        let skipped = self.pieces.get(first).map_or(0, |piece| before(piece, key));
        self.pieces[first..].iter().flat_map(|piece| piece.iter()).skip(skipped)
    }

    pub(super) fn insert(&mut self, key: Bytes, row: Bytes) {
        let place = self.piece_of(&key);
        let pieces = Arc::make_mut(&mut self.pieces);
        let Some(number) = place else {
            match pieces.first_mut() {
                Some(first) if first.len() < MOST => Arc::make_mut(first).insert(0, (key, row)),
                _ => pieces.insert(0, Arc::new(vec![(key, row)])),
            }
            return;
        };
        let is_last = number + 1 == pieces.len();
        let piece = Arc::make_mut(&mut pieces[number]);
        let at = match piece.binary_search_by(|(other, _)| other.cmp(&key)) {
            Ok(at) => {
                piece[at].1 = row;
                return;
            }
            Err(at) => at,
        };
        if piece.len() < MOST {
            piece.insert(at, (key, row));
            return;
        }
        // Keys that rise, as most do, leave full pieces behind.
        let mut later = piece.split_off(if is_last && at == MOST { MOST } else { MOST / 2 });
        match at.checked_sub(piece.len()) {
            Some(at) => later.insert(at, (key, row)),
            None => piece.insert(at, (key, row)),
        }
        pieces.insert(number + 1, Arc::new(later));
    }

    pub(super) fn remove(&mut self, key: &[u8]) {
        let Some(number) = self.piece_of(key) else { return };
        let Ok(at) = self.pieces[number].binary_search_by(|(other, _)| (**other).cmp(key)) else {
            return;
        };
        let pieces = Arc::make_mut(&mut self.pieces);
        let piece = Arc::make_mut(&mut pieces[number]);
        piece.remove(at);
        let is_small = |piece: Option<&Piece>| piece.is_some_and(|piece| piece.len() <= MOST / 4);
        if pieces[number].is_empty() {
            pieces.remove(number);
        } else if is_small(pieces.get(number)) && is_small(pieces.get(number + 1)) {
            let later = pieces.remove(number + 1);
            Arc::make_mut(&mut pieces[number]).extend(later.iter().cloned());
        }
    }

    /// The piece that has this key, if any has.
    fn piece_of(&self, key: &[u8]) -> Option<usize> {
        let begun = self
            .pieces
            .partition_point(|piece| piece.first().is_some_and(|(first, _)| **first <= *key));
        begun.checked_sub(1)
    }
}

/// How many of these keys are below this one.
fn before(rows: &[(Bytes, Bytes)], key: &[u8]) -> usize {
    rows.partition_point(|(other, _)| **other < *key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn bytes(number: u16) -> Bytes {
        Bytes::copy_from_slice(&number.to_be_bytes())
    }

    fn same(sorted: &Sorted, map: &BTreeMap<Bytes, Bytes>) {
        let all: Vec<_> = sorted.beginning_at(&[]).cloned().collect();
        let expected: Vec<_> = map.iter().map(|(key, row)| (key.clone(), row.clone())).collect();
        assert_eq!(all, expected);
        assert!(sorted.pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= MOST));
    }

    proptest! {
        #[test]
        fn it_is_a_map(steps: Vec<(u16, Option<u16>)>, keys in 1..2000_u16, from: u16) {
            let (mut sorted, mut map) = (Sorted::default(), BTreeMap::new());
            // So many that there are several pieces.
            for key in 0..keys {
                sorted.insert(bytes(key), bytes(key));
                map.insert(bytes(key), bytes(key));
            }
            let (before, expected) = (sorted.clone(), map.clone());
            for (key, row) in steps {
                let key = bytes(key % 2048);
                match row {
                    Some(row) => {
                        sorted.insert(key.clone(), bytes(row));
                        map.insert(key, bytes(row));
                    }
                    None => {
                        sorted.remove(&key);
                        map.remove(&key);
                    }
                }
            }
            same(&sorted, &map);
            // Whoever had it before still has what was there.
            same(&before, &expected);
            let from = bytes(from % 2048);
            prop_assert_eq!(sorted.get(&from), map.get(&from));
            let found: Vec<_> = sorted.beginning_at(&from).map(|(key, _)| key.clone()).collect();
            let expected: Vec<_> = map.range(from..).map(|(key, _)| key.clone()).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn it_can_be_emptied(keys: Vec<u16>) {
            let mut sorted = Sorted::default();
            let rows: BTreeMap<_, _> = keys.iter().map(|key| (bytes(*key), bytes(0))).collect();
            keys.iter().for_each(|key| sorted.insert(bytes(*key), bytes(0)));
            same(&sorted, &rows);
            keys.iter().for_each(|key| sorted.remove(&bytes(*key)));
            prop_assert!(sorted.pieces.is_empty());
        }
    }
}
