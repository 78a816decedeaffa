//! Dead letters: what a policy could not do, and why.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::effect::EffectOutcome;
use super::plan::Letter;
use crate::cid::EventCid;
use crate::error::Error;
use crate::prelude::value;
use crate::store::StoreError;

/// Something that a policy could not do: a command that was not taken, or an event at which one of
/// its methods has failed.
#[value]
pub struct DeadLetter {
    /// Why not.
    pub reason: String,
    /// The event.
    pub event: EventCid,
    /// The type of the event, if its method has failed.
    pub event_type: Option<String>,
    /// The command, if there is one.
    pub(super) letter: Option<Letter>,
}

impl DeadLetter {
    /// Where the command was to go, and which it is, such as `shop.order/7 PayOrder`.
    pub fn command(&self) -> Option<String> {
        let letter = self.letter.as_ref()?;
        Some(format!("{}/{} {}", letter.aggregate, letter.id, letter.command))
    }

    /// The aggregate that the command was to go to, such as `shop.order`, and its id.
    pub fn target(&self) -> Option<(&str, &str)> {
        self.letter.as_ref().map(|letter| (&*letter.aggregate, &*letter.id))
    }

    /// The command's name.
    pub fn command_name(&self) -> Option<&str> {
        self.letter.as_ref().map(|letter| &*letter.command)
    }

    /// How often it was tried in a row.
    pub fn attempts(&self) -> u32 {
        self.letter.as_ref().map_or(1, |letter| letter.attempts.saturating_add(1))
    }
}

/// What somebody wants of a policy's list.
pub(super) enum Wish {
    List(Granting<Vec<((u64, u32), DeadLetter)>>),
    /// Off the list, and sent again if so.
    Take {
        number: (u64, u32),
        again: bool,
        done: Granting<bool>,
    },
    /// What became of an effect.
    Outcome {
        position: u64,
        done: Granting<Option<EffectOutcome>>,
    },
}

/// Where the answer to a wish goes to; who asks may be gone.
pub(super) type Granting<T> = oneshot::Sender<Result<T, StoreError>>;

/// Tells a policy a wish, and waits for the answer.
pub(super) async fn wish<T>(
    policy: &'static str,
    wishes: &mpsc::Sender<Wish>,
    wish: impl FnOnce(Granting<T>) -> Wish,
) -> Result<T, Error> {
    let (done, answer) = oneshot::channel();
    let gone = || Error::NotStarted { projection: policy };
    wishes.send(wish(done)).await.map_err(|_| gone())?;
    Ok(answer.await.map_err(|_| gone())??)
}

/// The dead letters of a policy that runs: what
/// [`Workers::dead_letters`](crate::system::Workers::dead_letters) returns.
///
/// Each has a number: the position of the event, and which of its commands it is.
///
/// A process in which the policy has stopped, or where another process reacts, reads and changes the
/// rows as [`DeadLetterOffice`](super::DeadLetterOffice) does: what is to be sent again is sent by the
/// process that reacts.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    pub(crate) policy: &'static str,
    pub(super) wishes: Arc<mpsc::Sender<Wish>>,
}

impl DeadLetters {
    /// All of them.
    ///
    /// # Errors
    ///
    /// When the policy does not run any more, or its rows cannot be read.
    pub async fn list(&self) -> Result<Vec<((u64, u32), DeadLetter)>, Error> {
        wish(self.policy, &self.wishes, Wish::List).await
    }

    /// Sends a command again, or has the event taken again. False if there is no such letter.
    ///
    /// # Errors
    ///
    /// When the policy does not run any more, or its rows cannot be written.
    pub async fn retry(&self, number: (u64, u32)) -> Result<bool, Error> {
        wish(self.policy, &self.wishes, |done| Wish::Take { number, again: true, done }).await
    }

    /// Takes a letter off the list. False if there is no such letter.
    ///
    /// # Errors
    ///
    /// When the policy does not run any more, or its rows cannot be written.
    pub async fn discard(&self, number: (u64, u32)) -> Result<bool, Error> {
        wish(self.policy, &self.wishes, |done| Wish::Take { number, again: false, done }).await
    }
}
