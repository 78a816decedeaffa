//! A space of rows with the one that writes it: a projection, or a policy.

use std::sync::Arc;

use super::{Place, RowBatch, RowStore};
use crate::cid::EventCid;
use crate::store::{StoreError, StoredEvent};

/// The table with the CID of the last event that is in the rows. No field of a struct has this name.
pub(crate) const LAST: &str = "-last";

/// A space, how far it is, and the event that it has come to.
#[derive(Debug)]
pub(crate) struct SpaceWriter {
    pub(crate) rows: Arc<dyn RowStore>,
    pub(crate) space: String,
    /// Where its tables read what is written.
    pub(crate) place: Place,
    checkpoint: u64,
    /// Of those in this process who have claimed the space, this one.
    writer: u64,
    /// The event at the checkpoint.
    last: Option<EventCid>,
    /// Whether it catches up on all events before it is read.
    bulk: bool,
}

impl SpaceWriter {
    pub(crate) fn open(rows: Arc<dyn RowStore>, space: String) -> Result<Self, StoreError> {
        // What those before have written is seen from now on, and they write nothing more.
        let writer = rows.claim(&space)?;
        Self::at(rows, space, writer)
    }

    /// The same for who writes nothing: whoever does is not in its way.
    pub(crate) fn look(rows: Arc<dyn RowStore>, space: String) -> Result<Self, StoreError> {
        Self::at(rows, space, 0)
    }

    fn at(rows: Arc<dyn RowStore>, space: String, writer: u64) -> Result<Self, StoreError> {
        let view = rows.view(&space)?;
        let checkpoint = view.checkpoint()?;
        let last = view.row(LAST, &[])?.and_then(|cid| EventCid::from_bytes(&cid).ok());
        Ok(Self { rows, space, place: Place::new(view), checkpoint, writer, last, bulk: false })
    }

    /// The position of the last event that is in the rows.
    pub(crate) fn checkpoint(&self) -> u64 {
        self.checkpoint
    }

    /// Whether the rows are made from the events of a store, of which this is the one at the
    /// checkpoint.
    pub(crate) fn follows(&self, at_checkpoint: Option<&StoredEvent>) -> bool {
        let found = at_checkpoint.filter(|event| event.position == self.checkpoint);
        self.checkpoint == 0 || found.map(|event| event.cid) == self.last
    }

    /// From now on it catches up on all events before anybody reads the rows, or does so no more.
    pub(crate) fn in_bulk(&mut self, bulk: bool) {
        self.bulk = bulk;
    }

    /// After how many changes they are to be written: one event more must still find room.
    pub(crate) fn enough(&self) -> usize {
        let most = if self.bulk { self.rows.most_rows_in_bulk() } else { self.rows.most_rows() };
        most / 2
    }

    /// A batch that leads from here to the event `last`, or nowhere.
    pub(crate) fn batch(&self, last: Option<&StoredEvent>) -> RowBatch {
        let to = last.map_or(self.checkpoint, |event| event.position);
        let (writer, bulk) = (self.writer, self.bulk);
        let mut batch = RowBatch { writer, bulk, ..RowBatch::new(self.checkpoint, to) };
        if let Some(last) = last {
            batch.put(LAST, Vec::new(), last.cid.to_bytes().to_vec());
        }
        batch
    }

    /// Writes such a batch, and moves on to `last`.
    pub(crate) fn commit(
        &mut self,
        batch: RowBatch,
        last: Option<&StoredEvent>,
    ) -> Result<(), StoreError> {
        let to = batch.to;
        self.rows.commit(&self.space, batch)?;
        self.checkpoint = to;
        self.last = last.map(|event| event.cid).or(self.last);
        self.place = Place::new(self.rows.view(&self.space)?);
        Ok(())
    }
}
