//! The only code that awaits a store for a command.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::Instrument as _;
use uuid::Uuid;

use crate::cache::LiveCache;
use crate::engine::{Live, Message, OwnerIn, Request, Sending, Sent, Step};
use crate::environment::Environment;
use crate::error::SendError;
use crate::machine::Aggregate;
use crate::observe::{self, Failure};
use crate::parts::Whole;
use crate::store::{Lookup, Store, StoreError, StoredEvent};

/// How many events a question for a command's own events reads at a time.
const PAGE: usize = 256;

/// What carries commands out: a store, the outside world, and the aggregates that were used lately.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) live: LiveCache,
    pub(crate) snapshot_every: u64,
    pub(crate) max_events: u64,
    /// The snapshots that are being kept.
    pub(crate) snapshots: Mutex<Whole>,
}

impl Driver {
    /// Sends a command, and returns once its events are stored.
    pub(crate) async fn send<R: Request>(
        &self,
        id: &<OwnerIn<R> as Aggregate>::Id,
        command: R,
        message: &Message,
    ) -> Result<Sent, SendError<R::Of>> {
        let (aggregate, name) = (OwnerIn::<R>::NAME.as_str(), command.name());
        let slot = self.live.slot::<OwnerIn<R>>(id)?;
        let mut live = slot.lock().await;
        let span = observe::command_span(name, live.id_text(), message.correlation());
        async {
            let sending = Sending::new(&mut live, command, message);
            let mut sending = sending.limited_to(self.max_events);
            let sent = self.drive(&mut sending).await;
            let failure = |error: &SendError<R::Of>| match error.is_refusal() {
                true => Failure::Refusal,
                false => Failure::Error,
            };
            observe::command(aggregate, name, sent.as_ref().map_err(failure));
            if sent.is_ok() {
                self.keep_snapshot(&mut live);
            }
            sent
        }
        .instrument(span)
        .await
    }

    async fn drive<R: Request>(
        &self,
        sending: &mut Sending<'_, R>,
    ) -> Result<Sent, SendError<R::Of>> {
        let store = &self.store;
        let mut step = sending.start();
        loop {
            step = match step {
                Step::Snapshot => {
                    let answer = store.snapshot(sending.live().stream()).await;
                    sending.snapshot(answer)
                }
                Step::Load { after } => {
                    let answer = store.read_stream(sending.live().stream(), after).await;
                    sending.loaded(answer)
                }
                Step::Find { correlation } => sending.found(self.correlated(correlation).await),
                Step::Review { after } => {
                    let answer = store.read_stream(sending.live().stream(), after).await;
                    sending.reviewed(answer)
                }
                Step::Commit(commit) => {
                    let begun = Instant::now();
                    let answer = store.commit(commit.clone()).await;
                    observe::append(begun.elapsed());
                    if let Ok(committed) = &answer {
                        observe::stored(committed.position);
                    }
                    if answer.as_ref().is_err_and(StoreError::is_conflict) {
                        observe::conflict(OwnerIn::<R>::NAME.as_str());
                    }
                    sending.committed(answer, &commit)
                }
                Step::Done(result) => return result,
            }
        }
    }

    /// Every event with this correlation.
    async fn correlated(&self, correlation: Uuid) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events: Vec<StoredEvent> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.position);
            let page = self.store.lookup(Lookup::Correlation(correlation), after, PAGE).await?;
            let full = page.len() == PAGE;
            events.extend(page);
            if !full {
                return Ok(events);
            }
        }
    }

    /// Keeps a snapshot when one is due, without making the caller wait for it.
    fn keep_snapshot<A: Aggregate>(&self, live: &mut Live<A>) {
        let Some(snapshot) = live.snapshot_after(self.snapshot_every) else { return };
        let (store, stream) = (Arc::clone(&self.store), live.stream().clone());
        let keeping = async move {
            if let Err(error) = store.keep_snapshot(&stream, snapshot).await {
                tracing::warn!(%stream, %error, "a snapshot was not kept");
            }
        };
        let snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::spawn(snapshots.task(keeping));
    }

    /// Waits until no snapshot is being kept any more, of those that are now.
    pub(crate) async fn snapshots_kept(&self) {
        let present = {
            let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *snapshots, Whole::new())
        };
        present.ended().await;
    }
}
