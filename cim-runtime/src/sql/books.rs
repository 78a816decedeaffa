//! What is written down of a projection beside its rows.

use crate::cid::EventCid;
use crate::projection::Parked;
use crate::store::StoredEvent;

/// How far a projection is, as its row in `cim_projections` says.
#[doc(hidden)]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// How often its tables were made; 0 before they were.
    pub(super) generation: u64,
    /// What has made its rows: [`Projection::CODE`](crate::projection::Projection::CODE).
    pub(super) code: u64,
    /// What has made its tables: [`SqlProjection::SHAPE`](super::SqlProjection::SHAPE).
    pub(super) shape: u64,
    /// The position of the last event in its rows.
    pub(super) position: u64,
    /// The position from which on its rows answer.
    pub(super) target: u64,
    /// The last event in its rows.
    pub(super) last: Option<EventCid>,
}

/// A row, in the types that every database has.
type Row = (i64, i64, i64, i64, i64, String);

impl Standing {
    /// Behind this event.
    pub(super) fn behind(&self, event: &StoredEvent) -> Self {
        Self { position: event.position, last: Some(event.cid), ..self.clone() }
    }

    /// Whether its rows are made from the events of a store, of which this is the one at its
    /// position.
    pub(super) fn follows(&self, at_position: Option<&StoredEvent>) -> bool {
        let found = at_position.filter(|event| event.position == self.position);
        self.position == 0 || found.map(|event| event.cid) == self.last
    }

    /// Whether its rows answer.
    pub(super) fn is_live(&self) -> bool {
        self.generation > 0 && self.position >= self.target
    }

    // Numbers of 64 bits: fingerprints, and positions that no store will ever reach.
    pub(super) fn read((generation, code, shape, position, target, last): Row) -> Self {
        let [generation, code, shape, position, target] =
            [generation, code, shape, position, target].map(|number| number as u64);
        Self { generation, code, shape, position, target, last: last.parse().ok() }
    }

    pub(super) fn row(&self) -> Row {
        let numbers = [self.generation, self.code, self.shape, self.position, self.target];
        let [generation, code, shape, position, target] = numbers.map(|number| number as i64);
        let last = self.last.map(|cid| cid.to_string()).unwrap_or_default();
        (generation, code, shape, position, target, last)
    }
}

/// An event that was put aside, from its row in `cim_parked`.
pub(super) fn put_aside(
    (position, cid, event_type, aggregate, id, problem): (
        i64,
        String,
        String,
        String,
        String,
        String,
    ),
) -> Option<(u64, Parked)> {
    let cid = cid.parse().ok()?;
    Some((position as u64, Parked { cid, event_type, aggregate, id, problem }))
}
