//! How a service can fail, or be missed.

use std::fmt;

use uuid::Uuid;

/// A service could not be asked, could not be served, or answered that its machine says no.
///
/// Act on [`ServiceError::kind`]; the text is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    kind: ServiceErrorKind,
    message: String,
    command_id: Option<Uuid>,
}

/// The kinds of [`ServiceError`], by what a caller would do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceErrorKind {
    /// No process serves this: nothing was done.
    NotServed,
    /// Nobody answered in time. Whether the command was carried out is unknown: send it again with
    /// the id in [`ServiceError::command_id`].
    Unknown,
    /// The service cannot do it now, and may do so later.
    Busy,
    /// The service understood it and could not do it.
    Failed,
    /// The service did not understand what was sent, or its answer was not understood: the two are
    /// not of one version.
    Malformed,
    /// The request is larger than the server takes: nothing was sent.
    TooLarge,
    /// There is no connection, or the server does not permit it.
    Connection,
    /// What was given cannot be served under.
    Invalid,
}

impl ServiceError {
    pub(super) fn new(kind: ServiceErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), command_id: None }
    }

    pub(super) fn of_command(self, id: Uuid) -> Self {
        Self { command_id: Some(id), ..self }
    }

    /// The kind.
    pub fn kind(&self) -> ServiceErrorKind {
        self.kind
    }

    /// The id under which the command was sent. Sent again with it, it takes effect once.
    pub fn command_id(&self) -> Option<Uuid> {
        self.command_id
    }

    /// Whether the same call may succeed later, unchanged. An unknown outcome is not among these:
    /// a command that is sent again without its id is another one.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ServiceErrorKind::NotServed | ServiceErrorKind::Busy)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServiceError {}
