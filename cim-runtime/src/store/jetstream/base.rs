//! What a commit was decided on, as a sequence.

use super::heads::Known;
use super::{Inner, wire};
use crate::commit::Commit;
use crate::store::{Committed, StoreError};

impl Inner {
    /// Stores a commit.
    pub(super) async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.watch.check(&self.server).await?;
        let turn = self.turns.of(commit.stream());
        let _ours = turn.turnstile.lock().await;
        match self.known_base(&commit)? {
            Some(base) => self.send(&commit, base).await,
            None => Box::pin(self.commit_on_what_is_there(commit)).await,
        }
    }

    /// What the commit builds on, when this process knows it. Of a new stream, all do.
    fn known_base(&self, commit: &Commit) -> Result<Option<Known>, StoreError> {
        match self.heads.get(commit.stream()) {
            None if commit.expected() == 0 => {
                StoreError::check_link(commit, None)?;
                Ok(Some(Known::default()))
            }
            Some(known) if (known.version(), known.cid()) == (commit.expected(), commit.prev()) => {
                Ok(Some(known))
            }
            _ => Ok(None),
        }
    }

    /// The commit builds on something that this process does not know, or that is not the head any
    /// more: the server knows.
    async fn commit_on_what_is_there(&self, commit: Commit) -> Result<Committed, StoreError> {
        let (stream, expected) = (commit.stream(), commit.expected());
        let (known, last) = self.last(stream).await?;
        let version = known.version();
        if version < expected {
            return Err(StoreError::conflict(expected, version));
        }
        let (Some(last), true) = (last, version > expected) else {
            StoreError::check_link(&commit, known.cid())?;
            return self.send(&commit, known).await;
        };
        // Its slot is won. The winner may be the commit itself.
        for winner in self.commits(stream, last, version, expected).await? {
            if winner.expected()? == expected && winner.cid == commit.head() {
                let position = wire::position(winner.sequence, commit.events().len() as u64);
                return Ok(Committed { position, duplicate: true });
            }
        }
        Err(StoreError::conflict(expected, version))
    }
}
