//! What is checked of policies when a program is compiled.

use super::{PolicyInfo, Route, Sends};
use crate::machine::is_same;
use crate::projection::is_among;
use crate::subject::AggregateName;

/// Whether the policy at this place has a name that none before it has.
#[doc(hidden)]
pub const fn is_only_policy(policies: &[PolicyInfo], index: usize) -> bool {
    let mut i = 0;
    while i < index {
        if is_same(policies[i].name, policies[index].name) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether the event of the route at this place is another than those before it.
#[doc(hidden)]
pub const fn is_answered_once(routes: &[Route], index: usize) -> bool {
    let mut i = 0;
    while i < index {
        if routes[i].event.is(&routes[index].event) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a policy listens to these aggregates alone.
#[doc(hidden)]
pub const fn reacts_within(policy: &PolicyInfo, aggregates: &[AggregateName]) -> bool {
    let mut i = 0;
    while i < policy.routes.len() {
        if !is_among(&policy.routes[i].event.aggregate, aggregates) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a policy sends commands to these aggregates alone.
#[doc(hidden)]
pub const fn sends_within(policy: &PolicyInfo, aggregates: &[AggregateName]) -> bool {
    let mut i = 0;
    while i < policy.routes.len() {
        if !goes_to(&policy.routes[i].sends, aggregates) {
            return false;
        }
        i += 1;
    }
    true
}

const fn goes_to(sends: &Sends, aggregates: &[AggregateName]) -> bool {
    match sends {
        Sends::None => true,
        Sends::One(one) => is_among(&one.aggregate, aggregates),
        Sends::All(all) => {
            let mut i = 0;
            while i < all.len() {
                if !goes_to(&all[i], aggregates) {
                    return false;
                }
                i += 1;
            }
            true
        }
    }
}
