//! Rows in a bucket beside the stream, which all processes share.
//!
//! A space of the bucket `SHOP_projections` has a ring of places, `<space>.-checkpoint.<place>`. A
//! transaction is a message at the next place: the checkpoint, and the rows that change. It carries the
//! sequence of what was at the place before as its expectation, so of two who write at once one is refused.
//!
//! Rows that do not fit into one message are values of their own, under `<space>.<table>.<key>`, or many of
//! them in a few messages, under `<space>.-many.…`. Then the transaction is an atomic batch, which costs
//! the server a folder, and the message at the place is its end. So is a row that stands only in the
//! transaction that is replaced next: it is written again as a value of its own, with as many others of
//! the ring as fit. Rows that change often never come to that.
//!
//! Readers have a copy of each space in memory: they look whether the next place was taken, and read what
//! is new, in the order of the stream. Transactions have numbers: whoever misses one, as it was replaced
//! too soon, reads on until it has all that has replaced it.

mod bucket;
mod copy;
mod lead;
mod message;
mod packed;
mod ring;
mod sorted;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::GetStreamErrorKind;
use bytes::Bytes;
use futures::future::{BoxFuture, try_join_all};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use self::bucket::{Bucket, Last};
use self::copy::{Copy, View};
use self::message::Subjects;
use self::write::MOST;
use super::server::Server;
use super::{errors, subjects};
use crate::rows::{Lead, RowBatch, RowStore, RowView};
use crate::store::StoreError;

/// How many places whoever follows looks at together, each time it has found all of them taken.
const AHEAD: [usize; 4] = [2, 8, 32, 64];

/// How often what is new is read at most, until nothing of it is replaced meanwhile.
const PASSES: usize = 100;

/// How many rows are written as one when they are packed: each may have 30 KB, then.
const MOST_IN_BULK: usize = 8192;

/// How long it is known that a row was removed, for those who have it in their copies. The server drops
/// that then; whoever has not looked for half as long reads all rows anew.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// How often a process that does not write looks for what others have written.
const GLANCE: Duration = Duration::from_millis(50);

/// How often the process that writes makes sure that no other has: only people do, with a tool.
const CHECKED: Duration = Duration::from_secs(1);

/// The rows of a store's projections and policies.
#[derive(Debug, Clone)]
pub(super) struct BucketRows {
    bucket: Arc<Bucket>,
    copies: Arc<std::sync::Mutex<HashMap<String, Arc<Space>>>>,
    /// Who has claimed each space last, in this process; its copy is locked meanwhile.
    writers: Arc<std::sync::Mutex<HashMap<String, u64>>>,
    /// What this process leads.
    leads: Arc<std::sync::Mutex<HashSet<String>>>,
    runtime: Handle,
}

/// A space, as this process knows it.
#[derive(Debug, Default)]
struct Space {
    /// One at a time looks for what is new, or writes.
    copy: tokio::sync::Mutex<Copy>,
    /// What is there, as long as this process is the one that writes: who reads waits for no write.
    own: std::sync::Mutex<Option<View>>,
}

impl Space {
    /// Shows what is there to whoever reads.
    fn show(&self, copy: &Copy) {
        let own = copy.own.then(|| copy.view());
        *self.own.lock().unwrap_or_else(PoisonError::into_inner) = own;
    }

    fn own(&self) -> Option<View> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl BucketRows {
    /// Opens the bucket, which is made if it is not there.
    pub(super) async fn open(server: Arc<Server>, replicas: usize) -> Result<Self, StoreError> {
        Self::remembering(server, replicas, REMEMBERED).await
    }

    async fn remembering(
        server: Arc<Server>,
        replicas: usize,
        remembered: Duration,
    ) -> Result<Self, StoreError> {
        let bucket = Arc::new(Bucket::open(server, replicas, remembered).await?);
        let (copies, writers, leads) = (Arc::default(), Arc::default(), Arc::default());
        Ok(Self { bucket, copies, writers, leads, runtime: Handle::current() })
    }

    /// Whether the bucket is there.
    pub(super) async fn exist(server: &Server) -> Result<bool, StoreError> {
        let bucket = subjects::projections(server.name());
        let (stream, account) = (subjects::stream_of(&bucket), server.interface().api.account());
        let is_ours = |denied: &str| denied.contains(&stream) || denied == account;
        let found = async {
            match server.context.get_stream(&stream).await {
                Ok(_) => Ok(true),
                Err(error) => match error.kind() {
                    GetStreamErrorKind::JetStream(error)
                        if error.error_code() == ErrorCode::STREAM_NOT_FOUND =>
                    {
                        Ok(false)
                    }
                    _ => Err(errors::rows(&bucket, &error.to_string())),
                },
            }
        };
        server.permitted("the rows of projections", is_ours, found).await
    }

    fn space(&self, name: &str) -> Arc<Space> {
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(copies.entry(name.to_owned()).or_default())
    }

    fn writers(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings a copy up to date.
    async fn refresh(&self, subjects: &Subjects, copy: &mut Copy) -> Result<(), StoreError> {
        let (now, connection) = (Instant::now(), self.bucket.connection());
        let (next, expected) = copy.next(subjects);
        let found = self.bucket.last(&next).await?;
        let sequence = found.as_ref().map_or(0, |found| found.sequence);
        if sequence == expected && !copy.has_gap() {
            copy.known(now, connection);
            return Ok(());
        }
        let is_outdated =
            self.bucket.remembered().is_some_and(|time| copy.is_outdated(time, connection));
        // Who begins a space anew leaves nothing that was in it.
        let is_another = match (&found, copy.ring()) {
            (Some(found), None) => !copy.is_of_epoch(&found.payload),
            (found, _) => found.is_none(),
        };
        if is_outdated || is_another {
            *copy = Copy::default();
        } else if let Some(found) = found
            && self.follow(subjects, copy, found).await?
        {
            copy.known(now, connection);
            return Ok(());
        }
        self.read(subjects, copy).await?;
        copy.known(now, connection);
        Ok(())
    }

    /// Takes in what is new as it stands at its places, from the next one on, as long as transactions are a
    /// message each; whether that is all. Whoever looks often has no need of a consumer then, of which a
    /// server has so many at most.
    async fn follow(
        &self,
        subjects: &Subjects,
        copy: &mut Copy,
        next: Last,
    ) -> Result<bool, StoreError> {
        let mut found = vec![Some(next)];
        for ahead in AHEAD {
            for last in found {
                let (subject, expected) = copy.next(subjects);
                let Some(Last { sequence, payload }) = last else { return Ok(false) };
                if sequence == expected {
                    return Ok(true);
                }
                if !copy.is_followed_by(&payload) {
                    return Ok(false);
                }
                copy.take(subjects, Change { sequence, subject, value: Some(payload) })?;
            }
            let places = copy.places_ahead(subjects, ahead);
            found = try_join_all(places.iter().map(|place| self.bucket.last(place))).await?;
        }
        Ok(false)
    }

    /// Reads what is new. Where others write so fast that some of it is replaced before it is read, what
    /// has replaced it is read as well.
    async fn read(&self, subjects: &Subjects, copy: &mut Copy) -> Result<(), StoreError> {
        for _ in 0..PASSES {
            let changes = self.bucket.changes(&subjects.all(), copy.seen()).await?;
            let is_behind = changes.is_empty();
            for change in changes {
                copy.take(subjects, change)?;
            }
            if copy.has_gap() {
                let last = self.bucket.last(&subjects.transactions()).await?;
                copy.replaced_until(last.map_or(0, |last| last.sequence));
            }
            if !copy.has_gap() {
                return Ok(());
            }
            if is_behind {
                // A replica has read to us, and knows less than the leader.
                tokio::time::sleep(GLANCE).await;
            }
        }
        Err(errors::rows(self.bucket.name(), "others write faster than this process can read"))
    }

    async fn look(&self, name: &str) -> Result<Box<dyn RowView>, StoreError> {
        let space = self.space(name);
        if let Some(view) = space.own() {
            return Ok(Box::new(view));
        }
        let mut copy = space.copy.lock().await;
        // Whoever writes knows what is there until it is overtaken.
        if !copy.own {
            self.refresh(&self.bucket.subjects(name), &mut copy).await?;
        }
        Ok(Box::new(copy.view()))
    }

    /// Waits until another process has written since this one did, or has read what was written.
    async fn until_overtaken(&self, space: &str) {
        let (subjects, space) = (self.bucket.subjects(space), self.space(space));
        loop {
            tokio::time::sleep(CHECKED).await;
            // Held meanwhile: what this process is writing is no other's.
            let mut copy = space.copy.lock().await;
            let (next, expected) = copy.next(&subjects);
            if let Ok(last) = self.bucket.last(&next).await
                && last.map_or(0, |last| last.sequence) != expected
            {
                copy.own = false;
                space.show(&copy);
                return;
            }
        }
    }

    fn leads(&self) -> MutexGuard<'_, HashSet<String>> {
        self.leads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this process leads what writes in a space, of which there may be several with numbers.
    /// Others write there seldom, and do not know what is written next.
    fn leads_in(&self, space: &str) -> bool {
        let stem = space.rsplit_once('.').map(|(stem, _)| stem);
        let leads = self.leads();
        leads.contains(space) || stem.is_some_and(|stem| leads.contains(stem))
    }

    /// This process no longer leads `name`, and of no space it is known that nobody else writes there.
    fn disown(&self, name: &str) {
        self.leads().remove(name);
        let copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        let spaces: Vec<_> = copies.values().cloned().collect();
        drop(copies);
        self.runtime.spawn(async move {
            for space in spaces {
                let mut copy = space.copy.lock().await;
                copy.own = false;
                space.show(&copy);
            }
        });
    }
}

impl RowStore for BucketRows {
    fn view(&self, space: &str) -> Result<Box<dyn RowView>, StoreError> {
        self.runtime.block_on(self.look(space))
    }

    fn commit(&self, space: &str, batch: RowBatch) -> Result<(), StoreError> {
        self.runtime.block_on(self.write(space, batch))
    }

    fn claim(&self, space: &str) -> Result<u64, StoreError> {
        let known = self.space(space);
        let _copy = self.runtime.block_on(known.copy.lock());
        let mut writers = self.writers();
        let writer = writers.entry(space.to_owned()).or_default();
        *writer += 1;
        Ok(*writer)
    }

    fn clear(&self, space: &str) -> Result<(), StoreError> {
        self.runtime.block_on(async {
            let known = self.space(space);
            let mut copy = known.copy.lock().await;
            self.bucket.purge(&self.bucket.subjects(space).all()).await?;
            *copy = Copy::default();
            known.show(&copy);
            Ok(())
        })
    }

    fn most_rows(&self) -> usize {
        MOST - 1
    }

    fn most_rows_in_bulk(&self) -> usize {
        MOST_IN_BULK
    }

    fn lead(&self, name: &str) -> BoxFuture<'static, Result<Lead, StoreError>> {
        let (rows, name) = (self.clone(), name.to_owned());
        Box::pin(async move { lead::lead(rows, &name).await })
    }

    fn spaces(&self) -> Result<Vec<String>, StoreError> {
        self.runtime.block_on(async {
            let begun = self.bucket.changes(&self.bucket.all_beginnings(), 0).await?;
            let names = begun.iter().filter_map(|found| self.bucket.space(&found.subject));
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            Ok(names)
        })
    }

    fn overtaken(&self, space: &str) -> BoxFuture<'static, ()> {
        let (rows, space) = (self.clone(), space.to_owned());
        let (mut told, hears) = oneshot::channel();
        // In a task of its own: whoever waits may do something else meanwhile, for which it needs the
        // copy.
        self.runtime.spawn(async move {
            let is_over = tokio::select! {
                () = rows.until_overtaken(&space) => true,
                () = told.closed() => false,
            };
            if is_over {
                let _ = told.send(());
            }
        });
        Box::pin(async move {
            if hears.await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }

    fn written_elsewhere(&self) -> Option<watch::Receiver<u64>> {
        let (looks, receiver) = watch::channel(0);
        self.runtime.spawn(async move {
            while !looks.is_closed() {
                tokio::time::sleep(GLANCE).await;
                looks.send_modify(|count| *count += 1);
            }
        });
        Some(receiver)
    }
}

/// A message of the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    sequence: u64,
    subject: String,
    /// None, if the value is removed.
    value: Option<Bytes>,
}
