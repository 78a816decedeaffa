//! Projections: events of any number of aggregates, made into rows that answer questions.
//!
//! A projection is a `#[derive(Tables)]` struct with an `impl` whose methods take events (`#[on]`)
//! and questions (`#[query]`). Its rows and its checkpoint, the position of the last event in them,
//! are written in one transaction: each event counts once, whatever crashes.

mod cell;
#[cfg_attr(
    not(feature = "jetstream"),
    allow(dead_code, reason = "only services come in through it")
)]
mod door;
mod generation;
mod heard;
mod incoming;
mod leading;
mod medium;
mod pages;
mod query;
mod retry;
mod running;
mod serving;
mod status;
mod wiring;
mod worker;

use crate::rows::Tables;

#[cfg(feature = "sql")]
pub(crate) use cell::Cell;
pub use cell::ProjectionInfo;
pub(crate) use cell::{Reaches, Registry};
#[doc(hidden)]
pub use cell::{Run, Started};
pub use door::QueryDoor;
#[cfg(feature = "jetstream")]
pub(crate) use door::{Inquiry, Unanswered};
pub use heard::{AnyOf, Heard, Listened, ListenedEvents};
pub(crate) use incoming::Fate;
pub use incoming::{Answered, Incoming};
pub(crate) use leading::leading;
pub use medium::TableProjection;
#[doc(hidden)]
pub use medium::{InTables, Medium, Nowhere, ServingOf};
pub(crate) use pages::Pages;
#[cfg(feature = "jetstream")]
pub(crate) use query::Wanted;
pub use query::{Ask, Query, TableQuery};
#[doc(hidden)]
pub use query::{Asked, Question, ask_tables};
pub(crate) use retry::Retry;
pub(crate) use running::{blocking, ended, with_rows};
pub use status::{Parked, ProjectionHandle, ProjectionState, Status};
pub(crate) use wiring::is_among;
pub use wiring::{has_no_settings, has_tables, is_only_projection, is_taken_once, listens_within};
pub(crate) use worker::{Stopped, said, unreadable};
#[cfg(feature = "sql")]
pub(crate) use worker::{decided_at, takes_what_is_left};

/// What `#[projection]` writes for the type on whose `impl` it stands.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "write `#[projection] impl {Self} {{ … }}`, with `#[on]` methods that take events"
)]
pub trait Projection: Sized + Send + Sync + 'static {
    /// Its name: the type's, in snake case.
    const NAME: &'static str;
    /// A fingerprint of its `#[on]` methods: with others, the rows have to be made anew.
    const CODE: u64;
    /// What happens when a method fails or panics.
    const ON_FAILURE: OnFailure;
    /// The events that it takes.
    const LISTENS: &'static [Listened];
    /// The questions that it answers.
    const QUERIES: &'static [QueryDoor];

    /// Where its rows are.
    #[doc(hidden)]
    type Medium: Medium<Self>;

    /// What a system knows of it.
    #[doc(hidden)]
    const INFO: ProjectionInfo = ProjectionInfo::of::<Self>();
}

/// What happens when a method of a projection or a policy fails, or panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// The event is put aside with the reason, and the next one comes.
    #[default]
    Park,
    /// Nothing more is done until the program is another.
    Stop,
}

/// Whether all of a projection's rows outlive the process.
pub(crate) const fn is_kept<P: Tables>() -> bool {
    let mut i = 0;
    while i < P::TABLES.len() {
        if !P::TABLES[i].is_kept {
            return false;
        }
        i += 1;
    }
    true
}
