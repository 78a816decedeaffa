//! The index of a store: where events are, by what is asked for.
//!
//! It is kept in segments: each holds the events of a stretch of the store, in memory while the
//! stretch is written, then on disk, where all of its entries come in at once.

mod db;
mod ingest;
mod posting;
mod recent;
mod segments;
mod spot;

pub(in crate::store) use db::{Db, Index, Indexed, Layout, Trouble, Versions};
pub(in crate::store) use ingest::ingest;
#[cfg(feature = "jetstream")]
pub(in crate::store) use recent::Seen;
pub(in crate::store) use recent::{Question, Recent};
pub(in crate::store) use segments::{SharedRecent, Source, View, read};
pub(in crate::store) use spot::{Spot, Spots};
