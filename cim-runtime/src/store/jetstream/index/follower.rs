//! Reads the stream into the index.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::blocking;
use super::runs::Runs;
use crate::store::StoreError;
use crate::store::index::Trouble;
use crate::store::jetstream::message::Message;
use crate::store::jetstream::subscribe::Tail;
use crate::store::jetstream::{Inner, wire};
use crate::store::trouble::closed;

/// So many full runs may wait for the disk; then the stream waits.
const WAITING: usize = 32;

/// After trouble, such as a full disk or a server that is away, it is tried again so often.
const AGAIN: Duration = Duration::from_millis(500);

/// How far the index is.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// The sequence behind the last message that was seen.
    pub(super) next: u64,
    /// How often it had a new beginning.
    pub(super) age: u64,
    /// Why it follows no more: the stream is not the one that it was.
    pub(super) ended: Option<StoreError>,
}

/// What keeps the index up to date.
pub(super) struct Follower {
    pub(super) inner: Arc<Inner>,
    pub(super) runs: Arc<Runs>,
    pub(super) progress: watch::Sender<Progress>,
    /// How often a new beginning was asked for.
    pub(super) wanted: watch::Receiver<u64>,
}

/// Why following came to an end.
enum End {
    /// A new beginning is asked for.
    Anew,
    Failed(StoreError),
}

impl Follower {
    /// Follows the stream until it is not what it was.
    pub(super) async fn run(mut self) {
        let mut age = *self.wanted.borrow_and_update();
        let mut anew = !self.is_up_to_now().await;
        loop {
            if anew && let Err(error) = self.clear().await {
                tracing::warn!(%error, "the index cannot be built anew yet");
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            match self.follow(age).await {
                End::Anew => age = *self.wanted.borrow_and_update(),
                End::Failed(error) => {
                    self.progress.send_modify(|progress| progress.ended = Some(error));
                    return;
                }
            }
            anew = true;
        }
    }

    /// Whether what the index holds is what the stream has there: it may have been restored from an
    /// older copy.
    async fn is_up_to_now(&self) -> bool {
        let Some((cid, position)) = self.runs.end().last else { return true };
        let (sequence, part) = wire::place(position - 1);
        loop {
            match self.inner.server.get(sequence).await {
                Ok(None) => return false,
                Ok(Some(message)) => {
                    let events = Message::read(message).ok().and_then(|found| found.events().ok());
                    let event = events.and_then(|events| events.into_iter().nth(part as usize));
                    return event.is_some_and(|event| event.cid == cid);
                }
                Err(error) => {
                    tracing::warn!(%error, "the index waits for the server");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    async fn clear(&self) -> Result<(), StoreError> {
        let runs = Arc::clone(&self.runs);
        blocking(move || runs.clear()).await
    }

    async fn follow(&mut self, age: u64) -> End {
        let mut tail = Tail::at(Arc::clone(&self.inner), self.runs.end().next, 0);
        let next = tail.next();
        self.progress.send_modify(|progress| (progress.next, progress.age) = (next, age));
        let mut storing: Option<JoinHandle<Result<(), Trouble>>> = None;
        loop {
            let message = match select(pin!(self.wanted.changed()), pin!(tail.message())).await {
                Either::Left((Ok(()), _)) => return End::Anew,
                Either::Left((Err(_), _)) => return End::Failed(closed()),
                Either::Right((message, _)) => message,
            };
            match message {
                Err(error) => return End::Failed(error),
                Ok(Some(message)) if self.runs.take(&message) => self.runs.turn(),
                Ok(_) => {}
            }
            self.progress.send_modify(|progress| progress.next = tail.next());
            if self.runs.waiting() == 0 {
                continue;
            }
            let is_idle = storing.as_ref().is_none_or(JoinHandle::is_finished);
            if !is_idle && self.runs.waiting() < WAITING {
                continue;
            }
            if let Some(storing) = storing.take()
                && let Ok(Err(trouble)) = storing.await
            {
                tracing::warn!(%trouble, "runs of the index stay in memory for now");
                if !trouble.is_full() {
                    return End::Anew;
                }
                tokio::time::sleep(AGAIN).await;
            }
            let runs = Arc::clone(&self.runs);
            storing = Some(tokio::task::spawn_blocking(move || runs.store()));
        }
    }
}
