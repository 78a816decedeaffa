//! How a transaction is written.

use std::collections::HashSet;

use bytes::Bytes;
use tokio::time::Instant;

use super::bucket::Written;
use super::copy::{Copy, Row};
use super::message::{self, Beginning, Entry, State, Subjects};
use super::packed::{MANY, pack_all};
use super::ring::PLACES;
use super::{BucketRows, Change, errors};
use crate::rows::{LAST, RowBatch, RowChange, is_overtaken, medium_key};
use crate::store::jetstream::as_one::Unstored;
use crate::store::{StoreError, StoreErrorKind};

/// How many messages an atomic batch may have.
pub(super) const MOST: usize = 1000;

/// How many rows a transaction has at most in its own message: so many that one batch has room for those
/// of two.
const MOST_TOGETHER: usize = MOST / 2 - 1;

/// And how many bytes.
const SIZE: usize = 128 << 10;

/// How long the keys of those rows may be. A server takes no subject of any length, and they are to be
/// written as values of their own later.
const LONGEST_KEY: usize = 1024;

/// How many bytes of other rows are written again at once, a little more or less.
const AGAIN: usize = 4 << 20;

/// What a transaction consists of.
#[derive(Debug, Default)]
struct Parts {
    /// The rows in its own message.
    packed: Bytes,
    /// Whether they are in those before it as well.
    says_again: bool,
    /// The messages before it, and their rows.
    beside: Vec<Unstored>,
    rows: Vec<Row>,
    /// Whether those are many rows in each.
    is_many: bool,
}

impl BucketRows {
    pub(super) async fn write(&self, name: &str, batch: RowBatch) -> Result<(), StoreError> {
        let space = self.space(name);
        let mut copy = space.copy.lock().await;
        let written = self.write_into(&mut copy, name, &batch).await;
        space.show(&copy);
        written
    }

    async fn write_into(
        &self,
        copy: &mut Copy,
        name: &str,
        batch: &RowBatch,
    ) -> Result<(), StoreError> {
        let subjects = self.bucket.subjects(name);
        if copy.checkpoint() != batch.from || copy.has_gap() {
            self.refresh(&subjects, copy).await?;
        }
        let last = self.writers().get(name).copied().unwrap_or_default();
        if copy.checkpoint() != batch.from || is_overtaken(batch.writer, last) {
            copy.own = false;
            return Err(StoreError::conflict(batch.from, copy.checkpoint()));
        }
        // The event at the checkpoint stands in its message.
        let (mut last, mut rows) =
            (copy.last_event().to_vec(), Vec::with_capacity(batch.rows.len()));
        for change in &batch.rows {
            match (change.table, &change.value) {
                (LAST, value) => last = value.clone().unwrap_or_default(),
                _ => rows.push(change),
            }
        }
        if copy.ring().is_none() {
            self.begin(copy, name, &subjects).await?;
        }
        loop {
            let parts = self.parts(copy, &subjects, batch, &rows);
            if parts.beside.len() >= MOST {
                return Err(too_many(name, rows.len()));
            }
            let Some(parts) = self.with_what_is_replaced(copy, &subjects, parts, &rows) else {
                // There is no room for both.
                self.write_again(copy, name, &subjects).await?;
                continue;
            };
            return self.append(copy, name, &subjects, (batch.to, last), parts).await;
        }
    }

    /// What a transaction consists of that changes these rows.
    fn parts(
        &self,
        copy: &Copy,
        subjects: &Subjects,
        batch: &RowBatch,
        rows: &[&RowChange],
    ) -> Parts {
        let is_many = batch.bulk && rows.len() >= MANY;
        let most = SIZE.min(self.bucket.max_payload() / 2);
        if !is_many
            && rows.len() <= MOST_TOGETHER
            && rows.iter().all(|change| change.key.len() <= LONGEST_KEY)
            && let Some(packed) = pack_all(rows.iter().copied(), most)
        {
            return Parts { packed, ..Parts::default() };
        }
        let as_rows = rows.iter().map(|change| {
            let key = medium_key(change.table, &change.key).into();
            (key, change.value.clone().map(Bytes::from))
        });
        let as_rows: Vec<Row> = as_rows.collect();
        if is_many {
            let beside = self.bucket.many(subjects, rows, batch.to);
            return Parts { beside, rows: as_rows, is_many, ..Parts::default() };
        }
        // That a row was removed is forgotten, and what it was may still be in the ring by then. So that it
        // was is in there, too, behind it.
        let is_in_ring = |key: &[u8]| copy.ring().is_some_and(|ring| ring.has(key));
        let removed = rows.iter().copied().filter(|change| {
            change.value.is_none() && is_in_ring(&medium_key(change.table, &change.key))
        });
        let packed = pack_all(removed, most);
        let forgets = packed.is_some();
        let message =
            |row: &Row| self.bucket.row(subjects, row, forgets && !copy.is_packed(&row.0));
        let beside = as_rows.iter().map(message).collect();
        let packed = packed.unwrap_or_default();
        Parts { packed, says_again: true, beside, rows: as_rows, is_many }
    }

    /// The parts of a transaction, and the rows that would be gone with what it replaces, if there is room.
    fn with_what_is_replaced(
        &self,
        copy: &Copy,
        subjects: &Subjects,
        mut parts: Parts,
        changes: &[&RowChange],
    ) -> Option<Parts> {
        let ring = copy.ring()?;
        if ring.in_the_way(&HashSet::new()) == 0 {
            return Some(parts);
        }
        let keys = changes.iter().map(|change| medium_key(change.table, &change.key));
        let keys: HashSet<Vec<u8>> = keys.collect();
        let (count, room) = (ring.in_the_way(&keys), MOST - 1 - parts.beside.len());
        if count > room {
            return None;
        }
        if count > 0 {
            let mut again = copy.oldest(room, &keys);
            let mut bytes = 0;
            let is_enough = |(key, value): &Row| {
                bytes += key.len() + value.as_ref().map_or(0, Bytes::len);
                bytes > AGAIN
            };
            let enough = again.iter().position(is_enough).unwrap_or(again.len());
            again.truncate(enough.max(count));
            let message = |row: &Row| self.bucket.row(subjects, row, !copy.is_packed(&row.0));
            parts.beside.extend(again.iter().map(message));
            parts.rows.extend(again);
        }
        Some(parts)
    }

    /// Writes rows again that would be gone, in a transaction that changes nothing.
    pub(super) async fn write_again(
        &self,
        copy: &mut Copy,
        name: &str,
        subjects: &Subjects,
    ) -> Result<(), StoreError> {
        let now = (copy.checkpoint(), copy.last_event().to_vec());
        let parts = self.with_what_is_replaced(copy, subjects, Parts::default(), &[]);
        self.append(copy, name, subjects, now, parts.unwrap_or_default()).await
    }

    /// Writes a transaction at the next place.
    async fn append(
        &self,
        copy: &mut Copy,
        name: &str,
        subjects: &Subjects,
        (position, last): (u64, Vec<u8>),
        parts: Parts,
    ) -> Result<(), StoreError> {
        let (Some(ring), Some(epoch)) = (copy.ring(), copy.epoch()) else {
            return Err(errors::rows(self.bucket.name(), "the space has not begun"));
        };
        let (place, expected) = ring.next();
        let state = State { position, epoch, write: message::nonce(), last };
        let (number, beside, says_again) =
            (ring.number() + 1, parts.beside.len(), parts.says_again);
        let message = Entry { number, beside, says_again, state }.with(&parts.packed);
        let to = subjects.to_place(place);
        let (now, connection) = (Instant::now(), self.bucket.connection());
        let written = self.bucket.write(parts.beside, to, message.clone(), expected).await;
        let Some(sequence) = self.settled(copy, name, subjects, written, &message).await? else {
            return Ok(());
        };
        if parts.is_many {
            copy.pack(&parts.rows);
        }
        copy.wait(parts.rows, beside);
        let subject = subjects.place(place);
        copy.take(subjects, Change { sequence, subject, value: Some(message) })?;
        copy.known(now, connection);
        copy.own = self.leads_in(name);
        Ok(())
    }

    /// Gives a space its places.
    pub(super) async fn begin(
        &self,
        copy: &mut Copy,
        name: &str,
        subjects: &Subjects,
    ) -> Result<(), StoreError> {
        let (beginning, expected) = copy.next(subjects);
        let state = State {
            position: copy.checkpoint(),
            epoch: copy.epoch().unwrap_or_else(message::nonce),
            write: message::nonce(),
            last: copy.last_event().to_vec(),
        };
        let is_empty = expected == 0;
        let message = Bytes::from(Beginning { places: PLACES, is_empty, state }.to_text());
        let place = |place| Unstored {
            subject: subjects.to_place(place),
            headers: async_nats::HeaderMap::new(),
            payload: Bytes::new(),
        };
        let places = (0..PLACES).map(place).collect();
        let to = subjects.to_beginning();
        let written = self.bucket.write(places, to, message.clone(), expected).await;
        let Some(last) = self.settled(copy, name, subjects, written, &message).await? else {
            return Ok(());
        };
        // They stand one behind the other.
        let first = last.saturating_sub(PLACES as u64);
        for (place, sequence) in (0..PLACES).zip(first..) {
            let subject = subjects.place(place);
            copy.take(subjects, Change { sequence, subject, value: Some(Bytes::new()) })?;
        }
        copy.take(subjects, Change { sequence: last, subject: beginning, value: Some(message) })?;
        // Nobody has written in between, or it would have been refused.
        copy.replaced_until(last);
        Ok(())
    }

    /// What came of a message: the sequence at which it is, if it is still to be taken in.
    async fn settled(
        &self,
        copy: &mut Copy,
        name: &str,
        subjects: &Subjects,
        written: Written,
        message: &[u8],
    ) -> Result<Option<u64>, StoreError> {
        match written {
            Written::At(sequence) => Ok(Some(sequence)),
            Written::Overtaken => {
                copy.own = false;
                let from = copy.checkpoint();
                self.refresh(subjects, copy).await?;
                Err(StoreError::conflict(from, copy.checkpoint()))
            }
            Written::Unknown(problem) => {
                copy.own = false;
                self.refresh(subjects, copy).await?;
                match copy.is_last(message) {
                    true => {
                        // Nobody has written behind it, as far as was read.
                        copy.own = self.leads_in(name);
                        Ok(None)
                    }
                    false => Err(errors::rows(self.bucket.name(), &problem)),
                }
            }
            Written::Refused(problem) => Err(errors::rows(self.bucket.name(), &problem)),
        }
    }
}

fn too_many(name: &str, rows: usize) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!(
            "one event changes {rows} rows of `{name}`, and {} can be written as one: keep fewer, larger \
             rows",
            MOST - 1
        ),
    )
}
