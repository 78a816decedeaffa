//! What the machine says no with, as it is told to whoever asked.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::wire::outcome;
use crate::error::Error;
use crate::store::StoreErrorKind;

/// An error on its way to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: Code,
    pub(super) message: String,
    /// The id under which to send the command again, when it is not known what became of it.
    pub(super) command_id: Option<Uuid>,
}

/// The kinds of errors, with the numbers that HTTP has for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Malformed = 400,
    Unknown = 404,
    Failed = 500,
    Busy = 503,
}

impl Code {
    pub(super) fn number(self) -> u16 {
        self as u16
    }
}

impl Failure {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), command_id: None }
    }

    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(Code::Malformed, message)
    }

    /// Why the command with this id was not carried out, or perhaps was.
    pub(super) fn of_command(error: &Error, id: Uuid) -> Self {
        Self { command_id: is_unknown(error).then_some(id), ..Self::of(error) }
    }

    pub(super) fn of(error: &Error) -> Self {
        let code = match error {
            Error::Id(_) => Code::Malformed,
            // A commit that is stored after all is found by the command's id.
            error if is_unknown(error) => Code::Busy,
            // Another process may have what this one has not started.
            Error::NotStarted { .. } => Code::Busy,
            error if error.is_retryable() => Code::Busy,
            _ => Code::Failed,
        };
        Self::new(code, error.to_string())
    }

    pub(super) fn to_json(&self) -> Json {
        let retryable = self.code == Code::Busy;
        let mut json =
            json!({"outcome": outcome::ERROR, "message": self.message, "retryable": retryable});
        if let (Some(id), Some(json)) = (self.command_id, json.as_object_mut()) {
            json.insert("command_id".to_owned(), id.to_string().into());
        }
        json
    }
}

fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::Store(error) if error.kind() == StoreErrorKind::Unknown)
}
