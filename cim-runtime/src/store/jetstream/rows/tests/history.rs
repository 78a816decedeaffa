//! Transactions of all kinds, by which the rows at each position are known.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{BucketRows, SPACE};
use crate::rows::{RowBatch, RowView};

/// What each row became, and at which position.
pub(super) struct History {
    rows: BTreeMap<Vec<u8>, Vec<(u64, Option<Bytes>)>>,
}

fn key(number: u64) -> Vec<u8> {
    (number as u32).to_be_bytes().to_vec()
}

/// The transaction that leads to a position.
pub(super) fn batch(to: u64) -> RowBatch {
    let mut batch = RowBatch { bulk: to.is_multiple_of(97), ..RowBatch::new(to - 1, to) };
    let value = to.to_be_bytes().to_vec();
    // One that changes often, and one that changes seldom.
    batch.put("goods", key(0), value.clone());
    batch.put("goods", key(1 + to % 700), value.clone());
    if to.is_multiple_of(5) {
        batch.remove("goods", key(1 + (to + 350) % 700));
    }
    if to.is_multiple_of(61) {
        batch.put("goods", key(800), vec![to as u8; 200 << 10]);
    }
    if to.is_multiple_of(89) {
        (1000..1600).for_each(|number| batch.put("goods", key(number), value.clone()));
    }
    if to.is_multiple_of(83) {
        (1000..1500).for_each(|number| batch.remove("goods", key(number)));
    }
    if batch.bulk {
        (1400..1800).for_each(|number| batch.put("goods", key(number), value.clone()));
        (1..20).for_each(|number| batch.remove("goods", key(number)));
    }
    // What is said last of a row counts.
    batch
}

impl History {
    pub(super) fn up_to(position: u64) -> Self {
        let mut rows: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for to in 1..=position {
            for change in batch(to).rows {
                rows.entry(change.key).or_default().push((to, change.value.map(Bytes::from)));
            }
        }
        Self { rows }
    }

    /// Compares all rows with what they are at the checkpoint, which is returned.
    #[track_caller]
    pub(super) fn check(&self, view: &dyn RowView) -> u64 {
        let position = view.checkpoint().unwrap();
        let found = view.rows("goods", &[], &[], usize::MAX).unwrap();
        let found: BTreeMap<Vec<u8>, Bytes> =
            found.into_iter().map(|(key, value)| (key.to_vec(), value)).collect();
        for (key, values) in &self.rows {
            let count = values.partition_point(|(to, _)| *to <= position);
            let expected = count.checked_sub(1).and_then(|last| values[last].1.as_ref());
            let found = found.get(key);
            assert!(
                found == expected,
                "row {key:?} at {position}: {:?} and not {:?}",
                found.map(|found| found.slice(..found.len().min(9))),
                expected.map(|expected| expected.slice(..expected.len().min(9))),
            );
        }
        position
    }
}

/// Writes up to a position, from wherever the rows are; returns whether nobody else has written.
pub(super) async fn write_to(rows: &BucketRows, position: u64) -> bool {
    let mut from = rows.look(SPACE).await.unwrap().checkpoint().unwrap();
    while from < position {
        match rows.write(SPACE, batch(from + 1)).await {
            Ok(()) => from += 1,
            Err(error) if error.is_conflict() => return false,
            Err(error) => panic!("{error}"),
        }
    }
    true
}
