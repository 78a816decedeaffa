//! What questions are answered from.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use super::cell::Cell;
use super::medium::TableProjection;
use super::query::PATIENCE;
use super::status::Parked;
use super::worker::PARKED;
use crate::cbor;
use crate::error::Error;
use crate::rows::{Place, RowKey as _, RowStore};
use crate::store::StoreError;

/// A generation of a projection's rows, to be read.
#[doc(hidden)]
#[derive(Debug)]
pub struct Serving<P> {
    pub(super) rows: Arc<dyn RowStore>,
    pub(super) space: String,
    pub(super) generation: u64,
    /// The model, if a part of it is in memory.
    pub(super) model: Option<Arc<RwLock<P>>>,
    /// Who knows which rows answer.
    pub(super) cell: Weak<Cell<Serving<P>>>,
}

impl<P> Clone for Serving<P> {
    fn clone(&self) -> Self {
        Self {
            rows: Arc::clone(&self.rows),
            space: self.space.clone(),
            generation: self.generation,
            model: self.model.clone(),
            cell: self.cell.clone(),
        }
    }
}

impl<P: TableProjection> Serving<P> {
    /// Answers a question from the rows as they are at one moment. Gives it back when they were taken
    /// away, as others answer now.
    pub(super) fn ask<Q, T>(
        &self,
        question: Q,
        answer: impl FnOnce(Q, &P) -> T,
    ) -> Result<Result<T, Q>, StoreError> {
        if let Some(model) = &self.model {
            let model = model.read().unwrap_or_else(PoisonError::into_inner);
            return Ok(Ok(answer(question, &model)));
        }
        let known = self.cell.upgrade().map_or(0, |cell| cell.position());
        let view = self.rows.view(&self.space)?;
        // Another process may have made new ones, and have cleared these.
        if known > 0 && view.checkpoint()? == 0 {
            return Ok(Err(question));
        }
        let place = Place::new(view);
        let answer = answer(question, &P::open(&place));
        place.check()?;
        Ok(Ok(answer))
    }

    /// The rows that answer in place of these.
    pub(super) async fn next(&self) -> Result<Self, Error> {
        let cell = self.cell.upgrade().ok_or(Error::NotStarted { projection: P::NAME })?;
        let other = cell.other_than(self.generation);
        let position = cell.position();
        tokio::time::timeout(PATIENCE, other).await.map_err(|_| Error::Behind {
            projection: P::NAME,
            position,
            wanted: position,
        })?;
        cell.serving()
    }

    /// The events that were put aside, with their positions.
    pub(super) fn parked(&self) -> Result<Vec<(u64, Parked)>, StoreError> {
        let rows = self.rows.view(&self.space)?.rows(PARKED, &[], &[], usize::MAX)?;
        let parked = rows
            .iter()
            .filter_map(|(key, row)| Some((u64::from_bytes(key)?, cbor::from_slice(row).ok()?)));
        Ok(parked.collect())
    }
}
