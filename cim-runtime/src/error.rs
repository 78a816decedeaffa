//! How sending a command can fail: the business says no, or the machine does.

use std::fmt;

use crate::cbor::EncodeError;
use crate::id::InvalidId;
use crate::machine::{Machine, MachineState as _};
#[cfg(feature = "jetstream")]
use crate::service::ServiceError;
use crate::settings::SettingsError;
use crate::store::StoreError;
use crate::subject::StreamName;

/// A command was not carried out.
pub enum SendError<A: Machine> {
    /// The aggregate's rules say no.
    Refused(A::Refusal),
    /// The aggregate is in a state that takes no such command.
    NotNow {
        /// The state.
        state: A::State,
        /// The command's name.
        command: &'static str,
        /// The commands that this state takes.
        allowed: Vec<&'static str>,
    },
    /// The command is one of a region, and the aggregate is in a state that closes the region.
    Closed {
        /// The state of the aggregate.
        state: &'static str,
        /// The command's name.
        command: &'static str,
    },
    /// Nothing was decided, or what was decided could not be stored.
    Error(Error),
}

impl<A: Machine> SendError<A> {
    /// Whether the business said no, so that sending again changes nothing.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, SendError::Error(_))
    }
}

impl<A: Machine> From<Error> for SendError<A> {
    fn from(error: Error) -> Self {
        SendError::Error(error)
    }
}

impl<A: Machine> fmt::Debug for SendError<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Refused(refusal) => f.debug_tuple("Refused").field(refusal).finish(),
            SendError::NotNow { state, command, allowed } => f
                .debug_struct("NotNow")
                .field("state", state)
                .field("command", command)
                .field("allowed", allowed)
                .finish(),
            SendError::Closed { state, command } => {
                f.debug_struct("Closed").field("state", state).field("command", command).finish()
            }
            SendError::Error(error) => f.debug_tuple("Error").field(error).finish(),
        }
    }
}

impl<A: Machine> fmt::Display for SendError<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SendError::Refused(refusal) => write!(f, "refused: {refusal:?}"),
            SendError::NotNow { state, command, allowed } => {
                let state = state.name();
                write!(f, "`{command}` is not taken in state `{state}`, which takes ")?;
                match allowed.as_slice() {
                    [] => f.write_str("no commands"),
                    allowed => write!(f, "{}", allowed.join(", ")),
                }
            }
            SendError::Closed { state, command } => {
                let region = A::MACHINE.name;
                write!(f, "`{command}` is not taken: state `{state}` closes the region `{region}`")
            }
            SendError::Error(error) => error.fmt(f),
        }
    }
}

impl<A: Machine> std::error::Error for SendError<A> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SendError::Error(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

/// The machine says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The id cannot be one.
    #[error(transparent)]
    Id(#[from] InvalidId),
    /// The events that were decided have no encoding.
    #[error("an event of `{stream}` cannot be stored: {source}")]
    Encode {
        /// The stream it was meant for.
        stream: StreamName,
        /// What it holds that has no encoding.
        source: EncodeError,
    },
    /// Stored events are not ones that this program's machine could have emitted.
    #[error("event {version} of `{stream}` cannot be replayed: {problem}")]
    Replay {
        /// The stream.
        stream: StreamName,
        /// The event's number in it.
        version: u64,
        /// Why not.
        problem: String,
    },
    /// The aggregate would have more events than it may.
    #[error(
        "`{stream}` has {events} events and may have {limit}: end its life and begin another, or raise `max_events_per_aggregate`"
    )]
    Full {
        /// The stream.
        stream: StreamName,
        /// How many events it has.
        events: u64,
        /// How many it may have.
        limit: u64,
    },
    /// Other writers were faster every time.
    #[error(
        "`{stream}` was changed by others {attempts} times in a row: send again, or send fewer at once"
    )]
    Contended {
        /// The stream.
        stream: StreamName,
        /// How often the command was decided.
        attempts: u32,
    },
    /// A projection was asked that nobody has started.
    #[error(
        "the projection `{projection}` does not run: call `start` on the handle, and keep what it returns"
    )]
    NotStarted {
        /// Its name.
        projection: &'static str,
    },
    /// A projection has come upon an event that it cannot take.
    #[error("the projection `{projection}` has stopped: {reason}")]
    Stopped {
        /// Its name.
        projection: &'static str,
        /// The event, and why not.
        reason: String,
    },
    /// A projection has not reached in time what the answer was to know.
    #[error(
        "the projection `{projection}` is at position {position} and was to reach {wanted} in time: \
         ask again, or wait longer with `within`"
    )]
    Behind {
        /// Its name.
        projection: &'static str,
        /// Up to which position its answers know the events.
        position: u64,
        /// Up to which they were to.
        wanted: u64,
    },
    /// What a policy was told it cannot be.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An effect needs something that nobody has provided.
    #[error(
        "the policy `{policy}` needs a `{needs}`, which nobody has provided: call `provide` on the handle, or on its options, before `start`"
    )]
    NotProvided {
        /// Its name.
        policy: &'static str,
        /// The type.
        needs: &'static str,
    },
    /// A projection keeps its rows in a database that nobody has provided.
    #[cfg(feature = "sql")]
    #[error(
        "the projection `{projection}` needs a `{needs}`, which nobody has provided: call `provide` on the handle, or on its options, before `start`"
    )]
    NoDatabase {
        /// Its name.
        projection: &'static str,
        /// The type.
        needs: &'static str,
    },
    /// The statements that answer a question have failed.
    #[cfg(feature = "sql")]
    #[error("the projection `{projection}` cannot answer `{question}`: {reason}")]
    Unanswered {
        /// Its name.
        projection: &'static str,
        /// The question's type.
        question: &'static str,
        /// What the database says, or the method.
        reason: String,
    },
    /// A service could not be asked, or could not be served.
    #[cfg(feature = "jetstream")]
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Error {
    /// Whether other writers were the cause.
    pub fn is_conflict(&self) -> bool {
        match self {
            Error::Contended { .. } => true,
            Error::Store(error) => error.is_conflict(),
            _ => false,
        }
    }

    /// Whether the same call may succeed later, unchanged.
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::Contended { .. } | Error::Behind { .. } => true,
            Error::Store(error) => error.is_retryable(),
            #[cfg(feature = "jetstream")]
            Error::Service(error) => error.is_retryable(),
            _ => false,
        }
    }
}
