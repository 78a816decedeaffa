//! Event-sourced domains in Rust: commands decided by checked state machines, events in a chain
//! that anyone can verify, on an embedded store or on NATS JetStream.

pub mod car;
pub mod cbor;
mod cid;
mod commit;
mod envelope;
mod id;
pub mod store;
mod subject;

pub use cid::{EventCid, InvalidCid};
pub use commit::{Commit, CommitError, CommitEvent};
pub use envelope::{Causation, Envelope};
pub use id::{DomainId, IdInner, InvalidId, MAX_TOKEN};
pub use jiff::Timestamp;
pub use subject::{AggregateName, StreamName};
pub use uuid::Uuid;
