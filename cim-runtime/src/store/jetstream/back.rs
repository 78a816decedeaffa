//! Where the commits before one are, so that a stream is loaded in a few round trips without an
//! index.
//!
//! A stream's commits are numbered from 1. Commit `n` lists the sequences of those before it back to
//! the last multiple of 32, then of the multiples of 32 back to the last multiple of 1,024, and so
//! on with each power of 32. So of 1,000 commits one message lists at most 62, which list the rest;
//! and the list of the next commit is always part of the last one's, so whoever holds a head can
//! write it.
//!
//! In the header: the commit's number, the sequence of the commit before it, and the way back from
//! each sequence to the next, all as LEB128 in base64. Which commits these are follows from the
//! number.

use std::sync::Arc;

use data_encoding::BASE64_NOPAD;
use smallvec::SmallVec;

/// How many commits a block has, and how many blocks the next larger one.
const BLOCK: u64 = 32;

/// The list of a commit among the first 32,768 of its stream has no more entries.
const USUAL: usize = 3 * BLOCK as usize;

/// The list of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Back {
    /// The commit's number in its stream, from 1.
    pub(super) number: u64,
    /// The sequences of the commits that [`listed`] names, in that order.
    sequences: Arc<[u64]>,
}

impl Back {
    /// The list of a stream's first commit.
    pub(super) fn first() -> Self {
        Self { number: 1, sequences: Arc::default() }
    }

    /// The list of the next commit, when this one is at `sequence`.
    pub(super) fn next(&self, sequence: u64) -> Self {
        let number = self.number + 1;
        let mut known = std::iter::once((self.number, sequence)).chain(self.entries());
        let sequences: SmallVec<[u64; USUAL]> = listed(number)
            .filter_map(|listed| known.find(|(number, _)| *number == listed))
            .map(|(_, sequence)| sequence)
            .collect();
        Self { number, sequences: sequences.as_slice().into() }
    }

    /// The number and the sequence of each commit that is listed, downwards.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, u64)> {
        listed(self.number).zip(self.sequences.iter().copied())
    }

    /// The header's value.
    pub(super) fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(2 * self.sequences.len() + 8);
        push(&mut bytes, self.number);
        let mut last = None;
        for &sequence in self.sequences.iter() {
            push(&mut bytes, last.map_or(sequence, |last: u64| last.saturating_sub(sequence)));
            last = Some(sequence);
        }
        BASE64_NOPAD.encode(&bytes)
    }

    /// Reads the header's value; `None` when it is no such list.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64_NOPAD.decode(text.as_bytes()).ok()?;
        let mut rest = bytes.as_slice();
        let number = take(&mut rest)?;
        if number == 0 {
            return None;
        }
        let mut sequences = Vec::new();
        let mut last = None;
        for _ in listed(number) {
            let step = take(&mut rest)?;
            let sequence = match last {
                None => step,
                // Commits of one stream never share a message.
                Some(_) if step == 0 => return None,
                Some(last) => u64::checked_sub(last, step)?,
            };
            if sequence == 0 {
                return None;
            }
            sequences.push(sequence);
            last = Some(sequence);
        }
        rest.is_empty().then(|| Self { number, sequences: sequences.into() })
    }
}

/// The numbers of the commits that commit `number` lists, downwards.
fn listed(number: u64) -> impl Iterator<Item = u64> {
    let mut next = number - 1;
    let mut step = 1u64;
    std::iter::from_fn(move || {
        if next == 0 {
            return None;
        }
        let listed = next;
        // A multiple of the next power ends the block, and is its link to the larger ones.
        while let Some(larger) = step.checked_mul(BLOCK)
            && listed.is_multiple_of(larger)
        {
            step = larger;
        }
        next = listed - step;
        Some(listed)
    })
}

fn push(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let low = u64::from(byte & 0x7f);
        if low << shift >> shift != low {
            return None;
        }
        value |= low << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn blocks_are_listed_back_to_their_start_and_linked() {
        let list = |number| listed(number).collect::<Vec<_>>();
        assert!(list(1).is_empty());
        assert_eq!(list(2), [1]);
        assert_eq!(list(33), (1..=32).rev().collect::<Vec<_>>()[..1]);
        assert_eq!(list(34), [33, 32]);
        assert_eq!(list(67), [66, 65, 64, 32]);
        assert_eq!(list(1030), [1029, 1028, 1027, 1026, 1025, 1024]);
        assert_eq!(
            list(1101),
            [&(1088..=1100).rev().collect::<Vec<_>>()[..], &[1056, 1024]].concat()
        );
        assert_eq!(list(2100).last(), Some(&1024));
        assert!((1..40_000).all(|number| listed(number).count() <= 94));
    }

    /// The lists of a stream whose commits are at every third sequence or so.
    fn stream(commits: u64) -> BTreeMap<u64, (u64, Back)> {
        let mut lists = BTreeMap::new();
        let mut back = Back::first();
        for number in 1..=commits {
            let sequence = number * 3 + number % 3;
            lists.insert(number, (sequence, back.clone()));
            back = back.next(sequence);
        }
        lists
    }

    #[test]
    fn every_commit_is_found_in_a_few_rounds() {
        for (commits, most) in
            [(1, 0), (10, 1), (33, 2), (1000, 2), (1024, 2), (5000, 3), (33_000, 4)]
        {
            let lists = stream(commits);
            let mut known = BTreeMap::from([(commits, lists[&commits].0)]);
            let mut open = vec![commits];
            let mut rounds = 0;
            while !open.is_empty() {
                let found = open.iter().flat_map(|number| lists[number].1.entries());
                let found: Vec<_> =
                    found.filter(|(number, _)| !known.contains_key(number)).collect();
                known.extend(found.iter().copied());
                open = found.into_iter().map(|(number, _)| number).collect();
                open.dedup();
                rounds += u32::from(!open.is_empty());
            }
            assert!(known.iter().all(|(number, sequence)| lists[number].0 == *sequence));
            assert_eq!(known.len() as u64, commits);
            assert!(rounds <= most, "{commits} commits took {rounds} rounds");
        }
    }

    #[test]
    fn a_list_survives_its_header() {
        for (_, back) in stream(1200).values() {
            let text = back.encode();
            assert!(text.len() <= 200, "{text}");
            assert_eq!(Back::decode(&text).as_ref(), Some(back));
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let back = stream(70)[&70].1.encode();
        for cut in 0..back.len() {
            assert_eq!(Back::decode(&back[..cut]), None, "cut at {cut}");
        }
        let encode = |values: &[u64]| {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| push(&mut bytes, *value));
            BASE64_NOPAD.encode(&bytes)
        };
        for values in [&[0][..], &[2, 0], &[3, 5, 0], &[3, 5, 5], &[3, 5, 6], &[2, 1, 1]] {
            assert_eq!(Back::decode(&encode(values)), None, "{values:?}");
        }
        assert_eq!(Back::decode(&encode(&[3, 5, 4])).map(|back| back.number), Some(3));
        assert_eq!(Back::decode("not base64!"), None);
        let endless = BASE64_NOPAD.encode(&[0xff; 12]);
        assert_eq!(Back::decode(&endless), None);
    }
}
