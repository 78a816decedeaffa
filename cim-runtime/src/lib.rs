//! Event-sourced domains in Rust: commands decided by checked state machines, events in a chain
//! that anyone can verify.
//!
//! [`guide`] shows the language form by form; [`Handle`] sends commands, [`store`] keeps events.

// The macros name this crate as its users do.
extern crate self as cim_runtime;

mod actor;
mod cache;
pub mod car;
pub mod causes;
pub mod cbor;
mod cid;
#[doc(hidden)]
pub mod code;
mod commit;
pub mod config;
mod context;
pub mod dag_json;
pub mod decision;
pub mod describe;
#[cfg_attr(
    not(feature = "jetstream"),
    allow(dead_code, reason = "only services come in through it")
)]
mod door;
mod driver;
pub mod engine;
mod envelope;
mod environment;
mod error;
pub mod event;
mod export;
mod has;
mod id;
mod ids;
pub mod lock;
pub mod guide {
    #![doc = include_str!("../../docs/guide.md")]
}
pub mod machine;
#[cfg(feature = "jetstream")]
mod nats;
#[cfg(any(feature = "config", feature = "jetstream"))]
mod nearest;
pub mod observe;
mod opening;
mod outside;
mod parts;
pub mod policy;
pub mod prelude;
pub mod projection;
mod recorded;
pub mod rows;
mod sentence;
#[cfg(feature = "jetstream")]
pub mod service;
pub mod settings;
#[cfg(feature = "sql")]
pub mod sql;
pub mod store;
mod subject;
pub mod system;
pub mod testing;
mod workers;

pub use actor::Actor;
pub use cid::{EventCid, InvalidCid};
pub use commit::{Commit, CommitError, CommitEvent};
pub use context::Context;
pub use engine::{Cause, Receipt, Sent};
pub use envelope::{Causation, Envelope};
pub use environment::{Environment, ManualEnvironment, SeededEnvironment, SystemEnvironment};
pub use error::{Error, SendError};
pub use id::{DomainId, IdInner, InvalidId, MAX_TOKEN};
pub use jiff::{self, SignedDuration, Timestamp};
pub use recorded::{IdIn, Recorded};
pub use subject::{AggregateName, StreamName};
pub use system::{Handle, Options};
pub use uuid::Uuid;
