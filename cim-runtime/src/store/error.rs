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
    /// Only with [`StoreErrorKind::Unknown`].
    commit: Option<Box<Commit>>,
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
    /// This user may not do it: have the permission granted, or be another user.
    Denied,
    /// The store was closed.
    Closed,
    /// Nobody answered in time, so it is unknown whether the commit is stored. Send the identical
    /// commit again, which is in [`StoreError::commit`], until the answer is another: deciding again
    /// may do twice what was to be done once.
    Unknown,
    /// What had been stored is not there any more: nothing is written until the store is opened
    /// again.
    Alarm(Alarm),
}

/// How a store lost history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Alarm {
    /// An event that the store had answered for, or had given, is gone: deleted or purged.
    AckedEventLost,
    /// The store is behind what it had answered for: restored from an old copy.
    Rewound,
    /// Another event stands where one had been answered for, or the whole store is another one.
    Diverged,
}

impl StoreError {
    /// An error of this kind; `message` names the thing, the place and the remedy.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), commit: None }
    }

    /// Nobody answered in time for this commit.
    pub fn unknown(commit: Commit, message: impl Into<String>) -> Self {
        let commit = Some(Box::new(commit));
        Self { commit, ..Self::new(StoreErrorKind::Unknown, message) }
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

    /// The commit whose outcome is unknown, to be sent again as it is.
    pub fn commit(&self) -> Option<&Commit> {
        self.commit.as_deref()
    }

    /// Whether the stream had moved on.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Conflict { .. })
    }

    /// Whether the same call may succeed later, unchanged. An unknown outcome is not among these:
    /// whoever sends a command again decides again.
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
