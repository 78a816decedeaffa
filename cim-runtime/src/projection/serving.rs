//! What questions are answered from.

use std::sync::{Arc, PoisonError, RwLock};

use super::medium::TableProjection;
use super::status::Parked;
use super::worker::PARKED;
use crate::cbor;
use crate::rows::{Place, RowKey as _, RowStore};
use crate::store::StoreError;

/// A generation of a projection's rows, to be read.
#[doc(hidden)]
#[derive(Debug)]
pub struct Serving<P> {
    pub(super) rows: Arc<dyn RowStore>,
    pub(super) space: String,
    /// The model, if a part of it is in memory.
    pub(super) model: Option<Arc<RwLock<P>>>,
}

impl<P> Clone for Serving<P> {
    fn clone(&self) -> Self {
        let (rows, space) = (Arc::clone(&self.rows), self.space.clone());
        Self { rows, space, model: self.model.clone() }
    }
}

impl<P: TableProjection> Serving<P> {
    /// Answers a question from the rows as they are at one moment.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&P) -> T) -> Result<T, StoreError> {
        if let Some(model) = &self.model {
            return Ok(question(&model.read().unwrap_or_else(PoisonError::into_inner)));
        }
        let place = Place::new(self.rows.view(&self.space)?);
        let answer = question(&P::open(&place));
        place.check()?;
        Ok(answer)
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
