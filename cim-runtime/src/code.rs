//! What generated code names: everything in one flat module, so that an expansion is short enough
//! to be read, and says `cim_code::Ok` whatever `Ok` means where it stands.

pub use core::cmp::{Eq, Ord, Ordering, PartialEq, PartialOrd};
pub use core::fmt;
pub use core::hash::{Hash, Hasher};
pub use core::option::Option::{self, None, Some};
pub use core::result::Result::{self, Err, Ok};
pub use core::str::FromStr;
pub use core::{
    clone::Clone, convert::From, convert::Into, default::Default, fmt::Debug, fmt::Display,
};
pub use std::string::String;

pub use cim_macros::{PartsClone, PartsDebug, PartsPartialEq};

pub use crate::cbor::{Around, DecodeError, Decoder, Encoder, Field, Part, Shape, Value};
pub use crate::config::Config;
pub use crate::context::Context;
pub use crate::decision::{
    Decision, Events, Fallible, Never, OneOf, Refusal, RefusesWith, Rejection,
};
pub use crate::error::Error;
pub use crate::event::{
    Age, Data, Emits, Event, EventOf, EventSet, EventVisitor, Facts, FoldedBy, ForReaders,
    IsVersion, NoData, PartOf, Reading, Superseded, UnreadEventOf, UpcastTo,
};
pub use crate::has::{Has, Lacks};
pub use crate::id::{DomainId, IdInner, InvalidId};
pub use crate::lock::EventRow;
pub use crate::machine::{
    ActsIn, Aggregate, Clash, Command, CommandKinds, CommandOf, CommandSet, CommandVisitor,
    Decider as Of, Handles, HasDefault, HoldsRegion, InOneAggregate, InSystem, Inside, Machine,
    MachineState, MachineTable, MachineVisitor, RegionEvent, RegionOf, RegionRow, RegionStanding,
    Standing, StateRow, TransitionRow, Unknown, UnknownId, in_one_aggregate,
};
pub use crate::policy::{
    Act, Acting, Compensation, EffectInfo, Loops, Need, OnRefusal, Policy, PolicyInfo, Provided,
    Reacting, Reaction, Refusable, Refusing, Route, Sends, Starts, act, compensates,
    does_not_come_back, is_answered_once, is_only_policy, is_refused_once, is_sent, reacts_within,
    sends_within,
};
pub use crate::projection::{
    Answered, Asked, Heard, InTables, Incoming, Listened, Nowhere, OnFailure, Projection,
    ProjectionInfo, Query, QueryDoor, ServingOf, TableProjection, TableQuery, ask_tables,
    has_no_settings, has_tables, is_only_projection, is_taken_once, listens_within,
};
pub use crate::rows::{Kept, Place, TableField, TableInfo, Tables};
pub use crate::sentence::Sentence;
pub use crate::settings::{Configured, Limits, Setting, SettingsVisitor};
#[cfg(feature = "sql")]
pub use crate::sql::{
    ConnectionOf, Doing, Done, InDatabase, SqlConnection, SqlProjection, SqlQuery, ask_sql, doing,
};
pub use crate::subject::{AggregateName, has_own_name};
pub use crate::system::{AggregateInfo, Handle, Includes, Shows, System};

/// What reading a value comes to.
pub type Decoded<T> = Result<T, DecodeError>;

/// The one event of a method that may refuse.
#[inline]
pub fn one_unless_refused<E, S, R>(
    answer: Result<E, R>,
    wrap: fn(E) -> S,
) -> Result<Events<S>, Rejection<R>> {
    answer.map(|event| Events::One(wrap(event))).map_err(Rejection::Refused)
}
