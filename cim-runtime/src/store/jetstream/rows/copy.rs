//! The rows of one space in memory.

use std::collections::HashSet;
use std::hash::BuildHasher as _;
use std::time::Duration;

use bytes::Bytes;
use rustc_hash::{FxBuildHasher, FxHashSet};
use tokio::time::Instant;
use uuid::Uuid;

use super::Change;
use super::message::{Beginning, Entry, State, Subjects, Transaction};
use super::packed::unpack;
use super::ring::{MOST_PLACES, Ring};
use super::sorted::Sorted;
use crate::rows::{LAST, RowView, medium_key};
use crate::store::StoreError;

/// A row by its [`medium_key`], or that there is none.
pub(super) type Row = (Bytes, Option<Bytes>);

/// A copy of a space, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Copy {
    /// Whether this process is the one that writes, as far as it knows.
    pub(super) own: bool,
    view: View,
    epoch: Option<Uuid>,
    /// The message of the last transaction, and its sequence.
    last: Bytes,
    sequence: u64,
    /// Where transactions are; not there, if an older program has begun the space.
    ring: Option<Ring>,
    /// The sequences of places, until it is read that the space begins with them.
    places: Vec<u64>,
    /// Rows whose transaction has not come yet, and how many messages they were in.
    waiting: Vec<Row>,
    messages: usize,
    seen: u64,
    /// Whether something was replaced before it was read.
    gap: Gap,
    /// The keys of rows that were written as many in one message, as numbers that stand for them: also of
    /// others, if by chance they have the same.
    packed: FxHashSet<u64>,
    /// When it was known to be what is in the bucket, and by which connection.
    known: Option<(Instant, u64)>,
}

/// What is replaced before it is read stands further on, and until that is read, rows may be missing that
/// belong to the checkpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Gap {
    /// Each transaction was read, and all that belongs to it.
    #[default]
    None,
    /// Something was not.
    Open,
    /// Something was not, and had been replaced when the last transaction was at this sequence.
    Until(u64),
}

/// The rows at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    checkpoint: u64,
    rows: Sorted,
}

impl Copy {
    pub(super) fn view(&self) -> View {
        self.view.clone()
    }

    pub(super) fn checkpoint(&self) -> u64 {
        self.view.checkpoint
    }

    /// Where transactions are, if it is known.
    pub(super) fn ring(&self) -> Option<&Ring> {
        self.ring.as_ref()
    }

    /// The subject that changes with the next transaction, and the sequence of what is there now; 0 if
    /// nothing is.
    pub(super) fn next(&self, subjects: &Subjects) -> (String, u64) {
        match &self.ring {
            Some(ring) => {
                let (place, sequence) = ring.next();
                (subjects.place(place), sequence)
            }
            None => (subjects.beginning(), self.sequence),
        }
    }

    /// The places of the next transactions.
    pub(super) fn places_ahead(&self, subjects: &Subjects, count: usize) -> Vec<String> {
        let Some(ring) = &self.ring else { return Vec::new() };
        let numbers = ring.number() + 1..;
        numbers.take(count).map(|number| subjects.place(ring.place_of(number))).collect()
    }

    /// Whether this message is the next transaction, and all of it.
    pub(super) fn is_followed_by(&self, message: &Bytes) -> bool {
        let number = self.ring.as_ref().map(|ring| ring.number() + 1);
        let is_next = |entry: &Entry| {
            Some(entry.number) == number
                && Some(entry.state.epoch) == self.epoch
                && entry.beside == 0
        };
        // Of one that others write now, some may have been read.
        self.gap == Gap::None
            && self.messages == 0
            && Entry::read(message).is_some_and(|(entry, _)| is_next(&entry))
    }

    /// The last sequence that was read.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn epoch(&self) -> Option<Uuid> {
        self.epoch
    }

    /// Whether how a space begins is how the one begins that this is a copy of.
    pub(super) fn is_of_epoch(&self, beginning: &[u8]) -> bool {
        let state = State::read_alone(beginning);
        let state = state.or_else(|| Some(Beginning::read(beginning)?.state));
        self.epoch.is_none() || state.map(|state| state.epoch) == self.epoch
    }

    /// Whether the last transaction is this very message.
    pub(super) fn is_last(&self, message: &[u8]) -> bool {
        self.last == message
    }

    /// Whether rows may be missing that belong to the checkpoint.
    pub(super) fn has_gap(&self) -> bool {
        self.gap != Gap::None
    }

    /// The last transaction is at this sequence now: what was replaced before it was read was so by then.
    pub(super) fn replaced_until(&mut self, sequence: u64) {
        if self.gap != Gap::None {
            let is_read = self.sequence >= sequence;
            self.gap = if is_read { Gap::None } else { Gap::Until(sequence) };
        }
    }

    /// It is what was in the bucket at this moment.
    pub(super) fn known(&mut self, at: Instant, connection: u64) {
        self.known = Some((at, connection));
    }

    /// Whether rows may have been removed of which it is not known any more that they were. A clock
    /// does not tell that a machine was asleep; it has lost its connection then.
    pub(super) fn is_outdated(&self, remembered: Duration, connection: u64) -> bool {
        self.known.is_some_and(|(at, by)| by != connection || at.elapsed() > remembered / 2)
    }

    /// Takes a message in; rows count with the transaction that they are a part of.
    pub(super) fn take(&mut self, subjects: &Subjects, change: Change) -> Result<(), StoreError> {
        let Change { sequence, subject, value } = change;
        self.seen = self.seen.max(sequence);
        let is_whole = match subjects.transaction(&subject) {
            Some(Transaction::Beginning) => self.begin(value.unwrap_or_default(), sequence),
            Some(Transaction::At(place)) => match value.filter(|value| !value.is_empty()) {
                Some(value) => self.close(place, value, sequence),
                None => self.set_place(place, sequence),
            },
            None if subjects.is_many(&subject) => value.and_then(unpack).map(|rows| {
                self.packed.extend(rows.iter().map(|(key, _)| number_of(key)));
                self.wait(rows, 1);
            }),
            None => {
                if let Some((table, key)) = subjects.row(&subject) {
                    self.wait([(medium_key(table, &key).into(), value)], 1);
                }
                Some(())
            }
        };
        is_whole.ok_or_else(|| {
            StoreError::damaged(format!(
                "what stands at {subject} is not what this program writes there: if a newer one does, \
                 use that; else delete the bucket to have all rows made anew"
            ))
        })
    }

    /// These rows stand in so many messages, and count with the transaction behind them.
    pub(super) fn wait(&mut self, rows: impl IntoIterator<Item = Row>, messages: usize) {
        self.waiting.extend(rows);
        self.messages += messages;
    }

    /// A place of which it is not known yet that the space has it.
    fn set_place(&mut self, place: usize, sequence: u64) -> Option<()> {
        if place >= MOST_PLACES {
            return None;
        }
        if self.places.len() <= place {
            self.places.resize(place + 1, 0);
        }
        self.places[place] = sequence;
        Some(())
    }

    /// How the space begins.
    fn begin(&mut self, message: Bytes, sequence: u64) -> Option<()> {
        if let Some(state) = State::read_alone(&message) {
            // All that there is of a space that an older program writes.
            self.settle();
            self.reach(state, message, sequence);
            return Some(());
        }
        let Beginning { places, is_empty, state } = Beginning::read(&message)?;
        if places == 0 || places > MOST_PLACES {
            return None;
        }
        if is_empty {
            // Whatever was read before was of another space of this name.
            (self.view, self.gap) = (View::default(), Gap::None);
            self.waiting.clear();
            self.packed.clear();
        } else {
            self.gap = Gap::Open;
        }
        // Those that were taken since come later.
        let mut sequences = std::mem::take(&mut self.places);
        sequences.resize(places, 0);
        self.ring = Some(Ring::new(sequences));
        self.settle();
        self.reach(state, message, sequence);
        Some(())
    }

    /// A transaction, with which all that waits counts.
    fn close(&mut self, place: usize, message: Bytes, sequence: u64) -> Option<()> {
        let (Entry { number, beside, says_again, state }, rows) = Entry::read(&message)?;
        let ring = self.ring.as_ref().filter(|ring| ring.place_of(number) == place)?;
        if self.epoch != Some(state.epoch) || number <= ring.number() {
            return None;
        }
        let is_next = number == ring.number() + 1 && beside == self.messages;
        self.settle();
        // They are kept for longer than the message.
        let rows: Vec<Row> = unpack(rows)?.iter().map(apart).collect();
        let keys = rows.iter().map(|(key, _)| key.clone()).collect();
        if let Some(ring) = &mut self.ring {
            ring.put(number, sequence, keys, !says_again);
        }
        for row in rows {
            self.set(row);
        }
        self.reach(state, message, sequence);
        self.gap = match self.gap {
            _ if !is_next => Gap::Open,
            Gap::Until(end) if sequence >= end => Gap::None,
            gap => gap,
        };
        Some(())
    }

    /// What waits counts now.
    fn settle(&mut self) {
        self.messages = 0;
        for (key, value) in std::mem::take(&mut self.waiting) {
            if let Some(ring) = &mut self.ring {
                ring.stands_elsewhere(&key);
            }
            self.set((key, value));
        }
    }

    fn set(&mut self, (key, value): Row) {
        match value {
            Some(value) => self.view.rows.insert(key, value),
            None => self.view.rows.remove(&key),
        }
    }

    fn reach(&mut self, state: State, message: Bytes, sequence: u64) {
        let last = (!state.last.is_empty()).then(|| state.last.into());
        self.set((medium_key(LAST, &[]).into(), last));
        self.view.checkpoint = state.position;
        (self.epoch, self.last, self.sequence) = (Some(state.epoch), message, sequence);
    }

    /// Rows that stand in transactions alone, as they are now: as many as asked for, but for some.
    pub(super) fn oldest(&self, most: usize, but: &HashSet<Vec<u8>>) -> Vec<Row> {
        let keys = self.ring.as_ref().map(|ring| ring.oldest(most, but)).unwrap_or_default();
        let row = |key: Bytes| {
            let value = self.view.rows.get(&key).cloned();
            (key, value)
        };
        keys.into_iter().map(row).collect()
    }

    /// The event at the checkpoint; empty, if there is none.
    pub(super) fn last_event(&self) -> Bytes {
        self.view.rows.get(&medium_key(LAST, &[])).cloned().unwrap_or_default()
    }

    /// Whether a row was written as one of many, which are all kept.
    pub(super) fn is_packed(&self, key: &[u8]) -> bool {
        self.packed.contains(&number_of(key))
    }

    /// These are written as many in one message.
    pub(super) fn pack(&mut self, rows: &[Row]) {
        self.packed.extend(rows.iter().map(|(key, _)| number_of(key)));
    }
}

/// A row that is not a part of a larger message.
fn apart((key, value): &Row) -> Row {
    let apart = |bytes: &Bytes| Bytes::copy_from_slice(bytes);
    (apart(key), value.as_ref().map(apart))
}

fn number_of(key: &[u8]) -> u64 {
    FxBuildHasher.hash_one(key)
}

impl RowView for View {
    fn checkpoint(&self) -> Result<u64, StoreError> {
        Ok(self.checkpoint)
    }

    fn row(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.rows.get(&medium_key(table, key)).cloned())
    }

    fn rows(
        &self,
        table: &str,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<(Bytes, Bytes)>, StoreError> {
        let after = |key: Bytes| self.rows.beginning_at(&key).map(|(key, row)| (key, row));
        Ok(crate::rows::page(after, table, prefix, from, limit))
    }
}
