//! What is checked of projections when a program is compiled.

use super::{Listened, ProjectionInfo};
use crate::machine::is_same;
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
        let of = projection.listens[i].aggregate.as_str();
        let mut found = false;
        let mut j = 0;
        while j < aggregates.len() {
            found |= is_same(of, aggregates[j].as_str());
            j += 1;
        }
        if !found {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether the event at this place is another than those before it.
#[doc(hidden)]
pub const fn is_taken_once(events: &[Listened], index: usize) -> bool {
    let of = &events[index];
    let mut i = 0;
    while i < index {
        let same_name = is_same(events[i].event, of.event);
        if same_name && is_same(events[i].aggregate.as_str(), of.aggregate.as_str()) {
            return false;
        }
        i += 1;
    }
    true
}
