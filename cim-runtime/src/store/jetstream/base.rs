//! What a commit was decided on, as a sequence.

use std::cmp::Ordering;

use super::heads::StreamHead;
use super::{Inner, wire};
use crate::commit::Commit;
use crate::store::{Committed, StoreError};

impl Inner {
    /// Stores a commit.
    pub(super) async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.watch.check(&self.server).await?;
        match self.known_base(&commit)? {
            Some(base) => self.send(commit, base).await,
            None => self.commit_on_what_is_there(commit).await,
        }
    }

    /// The head that the commit links, when this process knows it. A new stream's is known to all.
    fn known_base(&self, commit: &Commit) -> Result<Option<Option<StreamHead>>, StoreError> {
        match self.heads.get(commit.stream()) {
            None if commit.expected() == 0 => {
                StoreError::check_link(commit, None)?;
                Ok(Some(None))
            }
            Some(head) if head.version == commit.expected() && Some(head.cid) == commit.prev() => {
                Ok(Some(Some(head)))
            }
            _ => Ok(None),
        }
    }

    /// The commit builds on something that this process does not know, or that is not the head any
    /// more: the server knows.
    async fn commit_on_what_is_there(&self, commit: Commit) -> Result<Committed, StoreError> {
        let (stream, expected) = (commit.stream(), commit.expected());
        let last = self.last(stream).await?;
        let head = last.as_ref().map(|last| last.head()).transpose()?;
        let version = head.as_ref().map_or(0, |head| head.version);
        let (Some(last), Ordering::Greater) = (last, version.cmp(&expected)) else {
            if version < expected {
                return Err(StoreError::conflict(expected, version));
            }
            StoreError::check_link(&commit, head.as_ref().map(|head| head.cid))?;
            return self.send(commit, head).await;
        };
        // Its slot is won. The winner may be the commit itself.
        let commits = self.commits(stream, last, version, expected).await?;
        for winner in commits {
            if winner.expected()? == expected && winner.cid == commit.head() {
                let position = wire::position(winner.sequence, commit.events().len() as u64);
                return Ok(Committed { position, duplicate: true });
            }
        }
        Err(StoreError::conflict(expected, version))
    }
}
