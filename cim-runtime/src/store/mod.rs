//! Where events are kept: one contract, and the stores that fulfil it.
//!
//! [`conformance`] is the contract as tests; a store of your own runs them too.

pub mod conformance;
mod durability;
mod embedded;
mod error;
mod follow;
mod index;
#[cfg(feature = "jetstream")]
mod jetstream;
mod lock;
mod memory;
mod start_up;
mod trouble;
mod url;

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;
use uuid::Uuid;

use crate::cbor::{DecodeError, Decoder};
use crate::cid::EventCid;
use crate::commit::Commit;
use crate::envelope::Envelope;
use crate::rows::{MemoryRows, RowStore};
use crate::subject::StreamName;

pub use durability::Durability;
pub use embedded::{EmbeddedOptions, EmbeddedStore, Lost, RepairReport, repair};
pub use error::{Alarm, StoreError, StoreErrorKind};
#[cfg(feature = "jetstream")]
pub use jetstream::{JetStreamOptions, JetStreamStore, Permissions, Role, StoreSubjects};
pub use memory::MemoryStore;
pub use start_up::{DiskSync, StartUp};
pub(crate) use url::connect_for;
pub use url::{connect, connect_existing, directory, open, shown};

/// What a store's methods return.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// An event as a store gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The event's number in the store, from 1. Numbers rise, and may leave some out.
    pub position: u64,
    /// The CID under which the block is stored.
    pub cid: EventCid,
    /// The block. Stores do not re-hash what they read: whoever folds or shows it does, with
    /// [`StoredEvent::verify`].
    pub block: Bytes,
}

impl StoredEvent {
    /// Compares the block with its CID.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Damaged`] when they differ.
    pub fn verify(&self) -> Result<(), StoreError> {
        let found = EventCid::of(&self.block);
        if found == self.cid {
            return Ok(());
        }
        Err(StoreError::damaged(format!(
            "the event at position {} does not match its CID: expected {}, found {found}",
            self.position, self.cid
        )))
    }

    /// Reads the envelope.
    ///
    /// # Errors
    ///
    /// When the block is not that of an event.
    pub fn envelope(&self) -> Result<Envelope<'_>, DecodeError> {
        Envelope::decode(&self.block)
    }
}

/// A commit is in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The position of the commit's last event.
    pub position: u64,
    /// Whether it was there before: the identical commit had been sent once already.
    pub duplicate: bool,
}

/// The last event of a stream or of a whole store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its number: the version in a stream, the position in a store.
    pub number: u64,
    /// Its CID.
    pub cid: EventCid,
}

/// A question to the index of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// All events that one root command brought about.
    Correlation(Uuid),
    /// All events of one type, such as `OrderPlaced`, of any aggregate.
    EventType(String),
    /// All events decided in this span of time.
    Time(Range<Timestamp>),
}

/// A place where stored bytes are not what was stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Damage {
    /// Where it is, as the medium names places: a file and a byte, or a sequence.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
    /// The position of the event, when it is known.
    pub position: Option<u64>,
    /// The CID that should be there, when it is known.
    pub expected: Option<EventCid>,
    /// The CID of what is there, when whole bytes are.
    pub found: Option<EventCid>,
    /// Which event it is, as far as the bytes still tell.
    pub claim: Option<Claim>,
}

/// Which event a damaged block says it is. This may be just what was changed: the event after it in
/// its stream, which links its CID, knows better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The type of the aggregate, such as `shop.order`.
    pub aggregate: String,
    /// The aggregate's id.
    pub id: String,
    /// The event's number in its stream.
    pub version: u64,
}

impl Claim {
    /// What a block says of itself, as far as it can still be read.
    pub fn of(block: &[u8]) -> Option<Self> {
        // One changed byte may make the whole block unreadable, so only what is asked for is read:
        // the id stands before the data, the rest behind it.
        let find = |key: &[u8]| block.windows(key.len()).position(|bytes| bytes == key);
        let find_last = |key: &[u8]| block.windows(key.len()).rposition(|bytes| bytes == key);
        let behind = |at: usize, key: &[u8]| Decoder::new(&block[at + key.len()..]);
        let (id, version, aggregate) = (b"\x62id", b"\x67version", b"\x69aggregate");
        let claim = Self {
            id: behind(find(id)?, id).text().ok()?.to_owned(),
            version: behind(find_last(version)?, version).unsigned().ok()?,
            aggregate: behind(find_last(aggregate)?, aggregate).text().ok()?.to_owned(),
        };
        StreamName::new(&claim.aggregate, &claim.id).ok().map(|_| claim)
    }
}

/// A store of events.
///
/// All numbers start at 1; "after 0" means from the beginning. Versions have no gaps, positions may:
/// a store whose medium numbers commits gives each commit a range of them.
/// Everything a store has answered for
/// is there when it is opened again, as durable as the store says it is.
///
/// ```
/// use cim_runtime::store::conformance::SampleStream;
/// use cim_runtime::store;
///
/// # futures::executor::block_on(async {
/// let store = store::open("memory:")?;
/// let mut kettle = SampleStream::new("kettle");
/// let commit = kettle.commit(1);
/// store.commit(commit.clone()).await?;
///
/// // A slot is won once: whoever decided on an older version is told the newer one.
/// let late = store.commit(SampleStream::new("kettle").commit(2)).await.unwrap_err();
/// assert!(late.is_conflict());
/// // The identical commit, after an answer that was lost, is stored already.
/// assert!(store.commit(commit.clone()).await?.duplicate);
///
/// let event = store.find(&commit.head()).await?.expect("it was stored");
/// assert_eq!(store.read_stream(commit.stream(), 0).await?, [event]);
/// # Ok::<_, cim_runtime::store::StoreError>(())
/// # }).unwrap();
/// ```
pub trait Store: Debug + Send + Sync + 'static {
    /// Stores a commit, whole or not at all, if its stream is at the version it expects.
    ///
    /// Sending the identical commit again is answered like the first time, with
    /// [`Committed::duplicate`] set: after a lost answer, do that.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Conflict`] with the stream's version when it is another,
    /// [`StoreErrorKind::Invalid`] when the commit does not link the stream's head
    /// ([`StoreError::check_link`]), and the errors of the medium.
    fn commit(&self, commit: Commit) -> StoreFuture<'_, Committed>;

    /// The events of a stream after version `after`, in order.
    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>>;

    /// Up to `limit` events of all streams after position `after`, in order; fewer only at the end.
    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>>;

    /// The event with this CID.
    fn find(&self, cid: &EventCid) -> StoreFuture<'_, Option<StoredEvent>>;

    /// Up to `limit` events that match, after position `after`, in order of position.
    fn lookup(&self, lookup: Lookup, after: u64, limit: usize)
    -> StoreFuture<'_, Vec<StoredEvent>>;

    /// All events after position `after`, then every further one as it is stored, without gap or
    /// repeat, for as long as the stream is kept. It ends after an error: subscribe again from
    /// the last position that was seen.
    fn subscribe(&self, after: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>>;

    /// Whether positions count the events: then one that is left out is that of an event that was
    /// lost. Where they number something else, such as messages, they leave numbers out.
    fn positions_count(&self) -> bool {
        true
    }

    /// Whether commits are stored in the order in which they are sent, also when several are on
    /// their way. Otherwise only those of one stream are.
    fn keeps_order(&self) -> bool {
        true
    }

    /// What was found when the store was opened, where there is a server to look at.
    fn start_up(&self) -> Option<&StartUp> {
        None
    }

    /// The last event of the store.
    fn head(&self) -> StoreFuture<'_, Option<Head>>;

    /// Reads the whole medium, re-hashes every block, and names each place that is damaged.
    fn damage(&self) -> StoreFuture<'_, Vec<Damage>>;

    /// The last snapshot kept for a stream.
    fn snapshot(&self, stream: &StreamName) -> StoreFuture<'_, Option<Bytes>>;

    /// Keeps a snapshot in place of the stream's last one. Snapshots are a shortcut: a store may
    /// lose them.
    fn keep_snapshot(&self, stream: &StreamName, snapshot: Bytes) -> StoreFuture<'_, ()>;

    /// Where projections and policies keep their rows: asked for once by each system. In memory,
    /// unless the store has a better place: then they are made anew at each start.
    fn rows(&self) -> StoreFuture<'_, Arc<dyn RowStore>> {
        Box::pin(async { Ok(Arc::new(MemoryRows::default()) as _) })
    }

    /// Whether rows were ever kept here: [`Store::rows`] would make the place where they are.
    fn has_rows(&self) -> StoreFuture<'_, bool> {
        Box::pin(async { Ok(true) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::SampleStream;

    #[test]
    fn a_changed_block_still_says_whose_it_is() {
        let commit = SampleStream::new("kettle").commit(1);
        let sections = commit.sections();
        let section = crate::car::Section::read(sections, 0).unwrap();
        let claim = Claim::of(section.block).unwrap();
        let envelope = Envelope::decode(section.block).unwrap();
        assert_eq!((&*claim.aggregate, &*claim.id), (envelope.aggregate, envelope.id));
        assert_eq!(claim.version, envelope.version);

        let right = (0..section.block.len()).filter(|&at| {
            let mut changed = section.block.to_vec();
            changed[at] ^= 0x20;
            Claim::of(&changed).as_ref() == Some(&claim)
        });
        // All but the three entries themselves, which take 45 bytes here.
        assert!(right.count() >= section.block.len() - 50);
    }
}
