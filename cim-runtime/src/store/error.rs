//! What a store can say no with.

use std::fmt;

use crate::cid::EventCid;
use crate::commit::Commit;

/// A store could not do what was asked.
///
/// Act on [`StoreError::kind`]; the text is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
}

/// The kinds of [`StoreError`], by what a caller would do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The stream is at another version than the commit expects: load it and decide again.
    Conflict {
        /// The stream's version.
        version: u64,
    },
    /// Stored bytes are not what was stored: the store is read-only until it is repaired.
    Damaged,
    /// The medium is full: free space, then send again.
    Full,
    /// Another process has the store open.
    Locked,
    /// The medium refused, for a reason that the text gives.
    Io,
    /// What was given cannot be stored at all.
    Invalid,
    /// The store was closed.
    Closed,
}

impl StoreError {
    /// An error of this kind; `message` names the thing, the place and the remedy.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The answer to a commit whose stream has moved on.
    pub fn conflict(expected: u64, version: u64) -> Self {
        Self::new(
            StoreErrorKind::Conflict { version },
            format!("the stream is at version {version}, the commit expects {expected}"),
        )
    }

    /// Checks that a commit links the head of its stream: nothing else may be stored behind it.
    ///
    /// # Errors
    ///
    /// [`StoreErrorKind::Invalid`] when it links another event.
    pub fn check_link(commit: &Commit, head: Option<EventCid>) -> Result<(), Self> {
        if commit.prev() == head {
            return Ok(());
        }
        let shown = |cid: Option<EventCid>| cid.map_or("nothing".to_owned(), |cid| cid.to_string());
        let (stream, found, expected) = (commit.stream(), shown(commit.prev()), shown(head));
        Err(Self::new(
            StoreErrorKind::Invalid,
            format!(
                "the commit would break the chain of {stream}: it links {found}, and the event \
                 before it is {expected}; load the stream and decide again"
            ),
        ))
    }

    /// Stored bytes are not what was stored.
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Damaged, message)
    }

    /// The kind.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the stream had moved on.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Conflict { .. })
    }

    /// Whether the same call may succeed later, unchanged.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Full | StoreErrorKind::Io | StoreErrorKind::Locked)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
