//! What takes events: the methods of projections, and those of policies.

mod errors;
mod keys;
mod method;
mod on;
mod owner;
mod signature;
mod told_by_rustc;

pub(crate) use errors::{listens_to_nothing, takes_nothing};
pub(crate) use keys::{Name, OnFailure, name, on_failure};
pub(crate) use method::{Listener, is_another, read, with_its_record};
pub(crate) use on::{On, ends};
pub(crate) use owner::owner;
pub(crate) use signature::{
    check, is_nameable, last_name, parameters, receiver, takes_itself, ungrouped,
};
pub(crate) use told_by_rustc::{among, distinct, event_at, hand, heard, local};

/// Who takes the events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taker {
    Projection,
    Policy,
    /// A policy that is a function.
    Function,
}

impl Taker {
    /// What it is called.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Projection => "projection",
            Self::Policy | Self::Function => "policy",
        }
    }

    /// Who looks at the event.
    fn subject(self) -> &'static str {
        match self {
            Self::Projection | Self::Policy => "an `#[on]` method",
            Self::Function => "a policy",
        }
    }
}
