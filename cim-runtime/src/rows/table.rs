//! A table of typed rows.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeBounds;

use rustc_hash::FxHashMap;

use super::scan::{Bounds, Scan};
use super::{Kept, Place, Prefix, RowBatch, RowKey, TableField};
use crate::cbor::{self, EncodeError, Encoder, Fingerprint, Value};

/// How many rows a table keeps at hand between two transactions.
const AT_HAND: usize = 1 << 16;

/// Rows of one type, each under a key, in the order of their keys.
///
/// In the methods of a projection what is changed is seen at once, and written together with the
/// position of the event when the methods for some events have run. In a query nothing changes.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct OrderId(String);
///
/// fn count(orders_per_day: &mut Table<String, u64>, day: &str) {
///     *orders_per_day.get_or_default(&day.to_owned()) += 1;
/// }
/// ```
pub struct Table<K, V> {
    name: &'static str,
    place: Place,
    /// Rows that were read or changed since this was opened.
    at_hand: FxHashMap<K, AtHand<V>>,
    /// Rows that were at hand before so many others were: all of them are written.
    before: FxHashMap<K, AtHand<V>>,
    /// The keys of those that are not yet written, in order of their first change.
    changed: Vec<K>,
}

struct AtHand<V> {
    row: Option<V>,
    changed: bool,
}

impl<K: RowKey, V: Value + Clone> Table<K, V> {
    /// The row with this key.
    pub fn get(&self, key: &K) -> Option<V> {
        match self.known(key) {
            Some(known) => known.row.clone(),
            None => self.read(key),
        }
    }

    /// Whether there is a row with this key.
    pub fn contains(&self, key: &K) -> bool {
        self.known(key).map_or_else(|| self.read(key).is_some(), |known| known.row.is_some())
    }

    /// The row with this key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.at_hand(key).row.as_ref()?;
        self.change(key).as_mut()
    }

    /// The row with this key, to be changed; one with the default value if there was none.
    pub fn get_or_default(&mut self, key: &K) -> &mut V
    where
        V: Default,
    {
        self.change(key).get_or_insert_default()
    }

    /// Writes a row in the place of the one with this key.
    pub fn insert(&mut self, key: &K, row: V) {
        // What was there does not matter, and is not read.
        if let Some(at_hand) = self.at_hand.get_mut(key) {
            at_hand.row = Some(row);
            if !std::mem::replace(&mut at_hand.changed, true) {
                self.changed.push(key.clone());
            }
        } else {
            self.before.remove(key);
            self.changed.push(key.clone());
            self.at_hand.insert(key.clone(), AtHand { row: Some(row), changed: true });
        }
    }

    /// Removes the row with this key, if there is one, and returns it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.at_hand(key).row.as_ref()?;
        self.change(key).take()
    }

    /// All rows.
    pub fn iter(&self) -> Scan<'_, K, V> {
        self.scan(Bounds::prefix(Vec::new()))
    }

    /// The rows whose keys start with this.
    ///
    /// ```
    /// use cim_runtime::prelude::*;
    ///
    /// fn of_day(revenue: &Table<(String, u64), u32>, day: &String) -> u32 {
    ///     revenue.with_prefix(day).map(|(_, cents)| cents).sum()
    /// }
    /// ```
    pub fn with_prefix<P: Prefix<K>>(&self, prefix: &P) -> Scan<'_, K, V> {
        self.scan(Bounds::prefix(prefix.to_bytes()))
    }

    /// The rows whose keys are in this range.
    pub fn range(&self, keys: impl RangeBounds<K>) -> Scan<'_, K, V> {
        self.scan(Bounds::range(keys))
    }

    fn scan(&self, bounds: Bounds) -> Scan<'_, K, V> {
        let changed = self.changed.iter().filter_map(|key| {
            let bytes = key.to_bytes();
            let row = self.at_hand.get(key)?.row.clone();
            bounds.contains(&bytes).then(|| (bytes, row.map(|row| (key.clone(), row))))
        });
        let changed: BTreeMap<_, _> = changed.collect();
        Scan::new(&self.place, self.name, bounds, changed)
    }

    fn known(&self, key: &K) -> Option<&AtHand<V>> {
        self.at_hand.get(key).or_else(|| self.before.get(key))
    }

    fn read(&self, key: &K) -> Option<V> {
        let row = self.place.read(self.place.view.row(self.name, &key.to_bytes()))?;
        self.place.read(decoded(self.name, &row).map(Some))
    }

    fn at_hand(&mut self, key: &K) -> &mut AtHand<V> {
        if !self.at_hand.contains_key(key) {
            let row = self.before.remove(key).map_or_else(|| self.read(key), |before| before.row);
            self.at_hand.insert(key.clone(), AtHand { row, changed: false });
        }
        match self.at_hand.get_mut(key) {
            Some(at_hand) => at_hand,
            // The borrow checker does not see that one of two branches could have returned.
            None => unreachable!("it was put there"),
        }
    }

    fn change(&mut self, key: &K) -> &mut Option<V> {
        if !self.at_hand(key).changed {
            self.changed.push(key.clone());
        }
        let at_hand = self.at_hand(key);
        at_hand.changed = true;
        &mut at_hand.row
    }
}

pub(super) fn decoded<V: Value>(table: &str, row: &[u8]) -> Result<V, crate::store::StoreError> {
    cbor::from_slice(row).map_err(|error| {
        crate::store::StoreError::damaged(format!(
            "a row of the table `{table}` cannot be read ({error}): rebuild the projection"
        ))
    })
}

impl<K, V> TableField for Table<K, V>
where
    K: RowKey,
    V: Value + Clone + Send + Sync + 'static,
{
    const SHAPE: u64 = Fingerprint::START.mix(K::SHAPE).mix(V::SHAPE.fingerprint()).number();
    const IS_KEPT: bool = true;

    fn open(name: &'static str, place: &Place) -> Self {
        let (at_hand, before) = (FxHashMap::default(), FxHashMap::default());
        Self { name, place: place.clone(), at_hand, before, changed: Vec::new() }
    }

    fn kept(&mut self) -> &mut dyn Kept {
        self
    }
}

impl<K: RowKey, V: Value + Clone> Kept for Table<K, V> {
    fn changed(&self) -> usize {
        self.changed.len()
    }

    fn write(&mut self, to: &mut RowBatch) -> Result<(), EncodeError> {
        let mut bytes = Vec::new();
        for key in self.changed.drain(..) {
            let Some(at_hand) = self.at_hand.get_mut(&key) else { continue };
            at_hand.changed = false;
            match &at_hand.row {
                Some(row) => {
                    // Each row takes as much memory as it needs, and grows none.
                    let mut encoder = Encoder::append_to(std::mem::take(&mut bytes));
                    row.encode(&mut encoder);
                    bytes = encoder.finish()?;
                    to.put(self.name, key.to_bytes(), bytes.as_slice().to_vec());
                    bytes.clear();
                }
                None => to.remove(self.name, key.to_bytes()),
            }
        }
        Ok(())
    }

    fn renew(&mut self, place: &Place) {
        self.place = place.clone();
        if self.at_hand.len() > AT_HAND {
            // As many are likely to come again.
            let room = FxHashMap::with_capacity_and_hasher(self.at_hand.len(), Default::default());
            self.before = std::mem::replace(&mut self.at_hand, room);
        }
    }

    fn forget(&mut self) {
        self.at_hand.clear();
        self.before.clear();
        self.changed.clear();
    }
}

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("name", &self.name).finish_non_exhaustive()
    }
}
