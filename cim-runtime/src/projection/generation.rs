//! Generations of a projection's rows: the one that answers, and the one that is made beside it.

use crate::cbor::{self, Fingerprint, Value as _};
use crate::prelude::value;
use crate::rows::{RowBatch, RowStore, Tables};
use crate::store::StoreError;

use super::medium::TableProjection;

const TABLE: &str = "generations";

/// Rows that were made by one program from the first event on.
#[value]
#[derive(Copy, Eq)]
pub(super) struct Generation {
    pub(super) number: u64,
    /// What has made it: [`Projection::CODE`](super::Projection::CODE).
    code: u64,
    /// How its rows are written.
    shape: u64,
}

/// The generations of a projection, as they are written down.
#[value]
#[derive(Default)]
pub(super) struct Generations {
    /// The one that answers.
    pub(super) live: Option<Generation>,
    /// The one that will.
    pub(super) building: Option<Generation>,
}

impl Generation {
    /// The space of its rows.
    pub(super) fn space(self, name: &str) -> String {
        format!("{name}.{}", self.number)
    }

    fn of<P: TableProjection>(number: u64) -> Self {
        Self { number, code: P::CODE, shape: shape::<P>() }
    }

    /// Whether this program writes it.
    pub(super) fn is_made_by<P: TableProjection>(self) -> bool {
        self == Self::of::<P>(self.number)
    }

    /// Whether this program can read its rows.
    pub(super) fn is_readable_by<P: TableProjection>(self) -> bool {
        self.shape == shape::<P>()
    }
}

/// A fingerprint of all tables.
fn shape<P: Tables>() -> u64 {
    let tables = P::TABLES.iter();
    tables.fold(Fingerprint::START, |all, table| all.name(table.name).mix(table.shape)).number()
}

impl Generations {
    /// What is written down, and how often it was.
    pub(super) fn read(rows: &dyn RowStore, name: &str) -> Result<(Self, u64), StoreError> {
        let view = rows.view(name)?;
        let revision = view.checkpoint()?;
        let row = view.row(TABLE, &[])?;
        // What another release wrote otherwise is made anew.
        let generations = row.and_then(|row| cbor::from_slice(&row).ok()).unwrap_or_default();
        Ok((generations, revision))
    }

    /// The generation that is to be written: the one that answers, if this program has made it. One
    /// that it has begun, or was asked for by another process, is gone on with.
    pub(super) fn plan<P: TableProjection>(mut self, anew: bool) -> Self {
        let newest = self.live.iter().chain(&self.building).map(|known| known.number).max();
        if anew || !(self.is_live_of::<P>() || self.is_building_of::<P>()) {
            self.building = Some(Generation::of::<P>(newest.unwrap_or(0) + 1));
        } else if !self.is_building_of::<P>() {
            self.building = None;
        }
        self
    }

    /// Whether this program has made the one that answers.
    pub(super) fn is_live_of<P: TableProjection>(&self) -> bool {
        self.live.is_some_and(Generation::is_made_by::<P>)
    }

    /// Whether this program makes the one that will.
    pub(super) fn is_building_of<P: TableProjection>(&self) -> bool {
        self.building.is_some_and(Generation::is_made_by::<P>)
    }

    /// Writes it down, if nobody else has meanwhile.
    pub(super) fn write(
        &self,
        rows: &dyn RowStore,
        name: &str,
        revision: u64,
    ) -> Result<(), StoreError> {
        let mut batch = RowBatch::new(revision, revision + 1);
        let row = cbor::to_vec(self).map_err(|error| StoreError::damaged(error.to_string()))?;
        batch.put(TABLE, Vec::new(), row);
        rows.commit(name, batch)
    }
}

// The shapes of what is written here are those of numbers.
const _: () = assert!(Generation::SHAPE.is("{code: u64, shape: u64, number: u64}"));
