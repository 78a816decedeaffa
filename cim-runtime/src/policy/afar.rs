//! What is wished for of a policy where it does not react: as it has stopped, or another process does.

use std::convert::Infallible;

use super::Policy;
use super::dead::Wish;
use super::office::{DeadLetterOffice, Filed};
use super::running::{Running, Wishes};
use crate::store::StoreError;

impl<P: Policy> Running<P> {
    /// Grants wishes from the rows, as a tool would: what is to be sent again is sent by whoever
    /// reacts.
    pub(super) async fn grant_from_afar(&self, wishes: &Wishes) -> Infallible {
        let office = DeadLetterOffice::over(self.rows.clone());
        let mut wishes = wishes.lock().await;
        loop {
            match wishes.recv().await {
                Some(Wish::List(done)) => {
                    let filed = office.list(P::NAME).await;
                    let letter = |Filed { number, letter, .. }| (number, letter);
                    let _ = done.send(filed.map(|filed| filed.into_iter().map(letter).collect()));
                }
                Some(Wish::Take { number, again, done }) => {
                    let _ = done.send(take(&office, P::NAME, number, again).await);
                }
                Some(Wish::Outcome { position, done }) => {
                    let _ = done.send(office.outcome(P::NAME, position).await);
                }
                // Nobody has a handle any more.
                None => std::future::pending().await,
            }
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
