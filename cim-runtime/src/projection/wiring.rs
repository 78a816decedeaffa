//! What is checked of projections when a program is compiled.

use super::{Listened, ProjectionInfo, TableProjection};
use crate::machine::is_same;
use crate::settings::SettingsInfo;
use crate::subject::AggregateName;

/// Whether the projection at this place has a name that none before it has.
#[doc(hidden)]
pub const fn is_only_projection(projections: &[ProjectionInfo], index: usize) -> bool {
    let mut i = 0;
    while i < index {
        if is_same(projections[i].name, projections[index].name) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a projection listens to these aggregates alone.
#[doc(hidden)]
pub const fn listens_within(projection: &ProjectionInfo, aggregates: &[AggregateName]) -> bool {
    let mut i = 0;
    while i < projection.listens.len() {
        if !is_among(&projection.listens[i].aggregate, aggregates) {
            return false;
        }
        i += 1;
    }
    true
}

pub(crate) const fn is_among(aggregate: &AggregateName, all: &[AggregateName]) -> bool {
    let mut i = 0;
    while i < all.len() {
        if is_same(aggregate.as_str(), all[i].as_str()) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether the event at this place is another than those before it.
#[doc(hidden)]
pub const fn is_taken_once(events: &[Listened], index: usize) -> bool {
    let mut i = 0;
    while i < index {
        if events[i].is(&events[index]) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a projection keeps anything.
#[doc(hidden)]
pub const fn has_tables<P: TableProjection>() -> bool {
    !P::TABLES.is_empty()
}

/// Whether a projection is told nothing.
#[doc(hidden)]
pub const fn has_no_settings<P: TableProjection>() -> bool {
    SettingsInfo::among(P::TABLES).is_none()
}
