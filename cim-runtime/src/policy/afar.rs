//! What is wished for of a policy where it does not react: as it has stopped, or another process does.

use std::convert::Infallible;

use super::Policy;
use super::dead::Wish;
use super::office::{DeadLetterOffice, Filed};
use super::running::{Running, Wishes};
use crate::parts::Part;
use crate::store::StoreError;

impl<P: Policy> Running<P> {
    /// Grants wishes from the rows, as a tool would: what is to be sent again is sent by whoever
    /// reacts.
    pub(super) async fn grant_from_afar(&self, wishes: &Wishes) -> Infallible {
        let office = DeadLetterOffice::over(self.rows.clone());
        let mut wishes = wishes.lock().await;
        while let Some(wish) = wishes.recv().await {
            // It may become this process's turn to react meanwhile: what was begun is answered.
            tokio::spawn(Part::of_this_task().keep(grant(office.clone(), P::NAME, wish)));
        }
        // Nobody has a handle any more.
        std::future::pending().await
    }
}

/// Who asks may be gone.
async fn grant(office: DeadLetterOffice, policy: &'static str, wish: Wish) {
    match wish {
        Wish::List(done) => {
            let letter = |Filed { number, letter, .. }| (number, letter);
            let filed = office.list(policy).await;
            let _ = done.send(filed.map(|filed| filed.into_iter().map(letter).collect()));
        }
        Wish::Take { number, again, done } => {
            let _ = done.send(take(&office, policy, number, again).await);
        }
        Wish::Outcome { position, done } => {
            let _ = done.send(office.outcome(policy, position).await);
        }
    }
}

async fn take(
    office: &DeadLetterOffice,
    policy: &str,
    number: (u64, u32),
    again: bool,
) -> Result<bool, StoreError> {
    let found = match again {
        true => office.retry(policy, &[number]).await?,
        false => office.discard(policy, &[number]).await?,
    };
    Ok(!found.is_empty())
}
