//! What a domain's modules import: `use cim_runtime::prelude::*`.

pub use crate::actor::Actor;
pub use crate::cbor::Value;
pub use crate::context::Context;
pub use crate::decision::{OneOf, one_of};
pub use crate::engine::{Cause, Receipt, Sent};
pub use crate::error::{Error, SendError};
pub use crate::id::DomainId;
pub use crate::machine::{Aggregate, Machine, MachineState};
pub use crate::policy::{Addressed, Cancel, Effect, To};
pub use crate::projection::AnyOf;
pub use crate::recorded::{Identified as _, Recorded};
pub use crate::rows::{InMemory, Table};
pub use crate::settings::Settings;
pub use crate::system::{Handle, System};
#[cfg(feature = "stateright")]
pub use crate::testing::Modelled;
#[cfg(feature = "proptest")]
pub use crate::testing::Walk;
pub use crate::testing::{Given, GivenPolicy as _, GivenProjection as _, Happens as _};
pub use jiff::ToSpan;
pub use jiff::civil::Date;

pub use crate::{SignedDuration, Timestamp, Uuid};

pub use cim_macros::{
    DomainId, Settings, Tables, aggregate, apply, command, event, on, output, personal, policy,
    projection, query, refused, reset, state_machine, system, transition, value,
};
