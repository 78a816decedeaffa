//! The rows of a table in order: those that are written, and over them those that have changed.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use bytes::Bytes;

use super::table::decoded;
use super::{Place, RowKey};
use crate::cbor::Value;
use crate::store::StoreError;

/// How many rows are read at a time.
const PAGE: usize = 256;

/// Which keys are asked for, as bytes.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    prefix: Vec<u8>,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
}

impl Bounds {
    pub(super) fn prefix(prefix: Vec<u8>) -> Self {
        Self { prefix, from: Bound::Unbounded, to: Bound::Unbounded }
    }

    pub(super) fn range<K: RowKey>(keys: impl RangeBounds<K>) -> Self {
        let (from, to) = (keys.start_bound(), keys.end_bound());
        Self { prefix: Vec::new(), from: from.map(K::to_bytes), to: to.map(K::to_bytes) }
    }

    pub(super) fn contains(&self, key: &Vec<u8>) -> bool {
        let range = (self.from.as_ref(), self.to.as_ref());
        key.starts_with(&self.prefix) && range.contains(&key)
    }

    /// Whether no key from this one on is asked for.
    fn are_behind(&self, key: &[u8]) -> bool {
        match &self.to {
            Bound::Included(to) => key > to.as_slice(),
            Bound::Excluded(to) => key >= to.as_slice(),
            Bound::Unbounded => false,
        }
    }

    fn start(&self) -> &[u8] {
        match &self.from {
            Bound::Included(from) | Bound::Excluded(from) => from,
            Bound::Unbounded => &[],
        }
    }
}

/// Rows of a table with their keys, in order.
pub struct Scan<'a, K, V> {
    place: &'a Place,
    table: &'static str,
    bounds: Bounds,
    /// Rows that are not yet written, and those that are removed.
    changed: BTreeMap<Vec<u8>, Option<(K, V)>>,
    page: std::vec::IntoIter<(Bytes, Bytes)>,
    /// From which key on to read; `None` at the end.
    next: Option<Vec<u8>>,
    /// The first written row that was not yet given out.
    written: Option<(Bytes, Bytes)>,
    row: PhantomData<fn() -> (K, V)>,
}

impl<'a, K: RowKey, V: Value> Scan<'a, K, V> {
    pub(super) fn new(
        place: &'a Place,
        table: &'static str,
        bounds: Bounds,
        changed: BTreeMap<Vec<u8>, Option<(K, V)>>,
    ) -> Self {
        let next = Some(bounds.start().to_vec());
        let page = Vec::new().into_iter();
        Self { place, table, bounds, changed, page, next, written: None, row: PhantomData }
    }

    /// The next row that is written and asked for.
    fn read(&mut self) -> Option<(Bytes, Bytes)> {
        loop {
            if let Some((key, row)) = self.page.next() {
                if self.bounds.are_behind(&key) {
                    self.next = None;
                    self.page = Vec::new().into_iter();
                    return None;
                }
                if self.bounds.contains(&key.to_vec()) {
                    return Some((key, row));
                }
                continue;
            }
            let from = self.next.take()?;
            let read = self.place.view.rows(self.table, &self.bounds.prefix, &from, PAGE);
            let page = self.place.read(read);
            if page.len() == PAGE {
                // The least key behind the last.
                self.next = page.last().map(|(key, _)| [key, &[0][..]].concat());
            }
            if page.is_empty() {
                return None;
            }
            self.page = page.into_iter();
        }
    }

    fn decoded(&self, key: &[u8], row: &[u8]) -> Result<(K, V), StoreError> {
        let key = K::from_bytes(key).ok_or_else(|| {
            StoreError::damaged(format!(
                "a key of the table `{}` cannot be read: rebuild the projection",
                self.table
            ))
        })?;
        Ok((key, decoded(self.table, row)?))
    }
}

impl<K: RowKey, V: Value> Iterator for Scan<'_, K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        loop {
            if self.written.is_none() {
                self.written = self.read();
            }
            let first_changed = self.changed.first_key_value().map(|(key, _)| key.as_slice());
            let order = match (&self.written, first_changed) {
                (Some((written, _)), Some(changed)) => written[..].cmp(changed),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => return None,
            };
            if order.is_le() {
                let (key, row) = self.written.take()?;
                if order.is_lt() {
                    match self.place.read(self.decoded(&key, &row).map(Some)) {
                        Some(row) => return Some(row),
                        // What cannot be read makes the whole answer worthless.
                        None => {
                            self.next = None;
                            self.page = Vec::new().into_iter();
                            continue;
                        }
                    }
                }
            }
            if order.is_ge()
                && let Some((_, Some(row))) = self.changed.pop_first()
            {
                return Some(row);
            }
        }
    }
}

impl<K, V> fmt::Debug for Scan<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("table", &self.table).finish_non_exhaustive()
    }
}
