//! Decides commands and folds events, without doing I/O.
//!
//! ```text
//!             ┌────────── Step ──────────┐
//!  Sending ───┤ Snapshot, Load, Find     ├──► the driver asks the store
//!             │ Review, Commit           │
//!             │ Done ────────────────────┼──► the caller has the answer
//!             └──▲───────────────────────┘
//!                └── snapshot(), loaded(), found(), … ── the store's answers
//! ```
//!
//! A [`Live`] aggregate is what its events have made of it. A [`Sending`] is one command on its
//! way: it says what it needs next as a [`Step`], is told the outcome, and ends with
//! [`Step::Done`]. Only the driver, [`Handle`](crate::Handle), awaits.

mod caused;
mod live;
mod message;
mod request;
mod sending;
mod snapshot;

pub use live::Live;
pub use message::{Cause, Message, Origin, Receipt, Sent};
pub(crate) use request::OneOfAll;
pub use request::{OwnerIn, Request};
pub use sending::{Sending, Step};
