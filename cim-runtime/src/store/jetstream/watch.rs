//! Watches that what was answered for stays there.
//!
//! A server that lost its disk, a stream that was deleted, purged, or restored from an old copy all
//! look like a stream to which one may write. A process remembers the last commit that was answered
//! for, and looks for it after each reconnect; once something is missing, it writes nothing more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use async_nats::jetstream::stream::Info;
use tokio::time::Instant;

use super::errors;
use super::message::Message;
use super::pause::Pauses;
use super::server::Server;
use crate::cid::EventCid;
use crate::store::{Alarm, StoreError};

/// What is remembered of the stream.
#[derive(Debug)]
pub(super) struct Watch {
    /// When the stream was created, which tells it from another of its name.
    created: String,
    /// The last commit that was answered for.
    acked: Mutex<Option<(u64, EventCid)>>,
    /// The connection over which it was last seen to be there.
    checked: AtomicU64,
    /// One check at a time.
    checking: tokio::sync::Mutex<()>,
    alarm: OnceLock<StoreError>,
}

impl Watch {
    pub(super) fn new(info: &Info, connection: u64) -> Self {
        Self {
            created: created(info),
            acked: Mutex::default(),
            checked: AtomicU64::new(connection),
            checking: tokio::sync::Mutex::default(),
            alarm: OnceLock::new(),
        }
    }

    /// When the stream was created.
    pub(super) fn created(&self) -> &str {
        &self.created
    }

    /// The highest sequence that was answered for. What is sent after this is asked has a higher one.
    pub(super) fn highest(&self) -> u64 {
        self.acked().map_or(0, |(sequence, _)| sequence)
    }

    /// Takes note of an answer.
    pub(super) fn acknowledged(&self, sequence: u64, cid: EventCid) {
        let mut acked = self.acked.lock().unwrap_or_else(PoisonError::into_inner);
        if acked.is_none_or(|(known, _)| known < sequence) {
            *acked = Some((sequence, cid));
        }
    }

    /// Refuses when something was missing before; after a reconnect, looks.
    pub(super) async fn check(&self, server: &Server) -> Result<(), StoreError> {
        if let Some(alarm) = self.alarm.get() {
            return Err(alarm.clone());
        }
        if self.checked.load(Ordering::Acquire) == server.connection() {
            return Ok(());
        }
        Box::pin(self.check_anew(server)).await
    }

    async fn check_anew(&self, server: &Server) -> Result<(), StoreError> {
        let _one = self.checking.lock().await;
        let connection = server.connection();
        if self.checked.load(Ordering::Acquire) == connection {
            return Ok(());
        }
        self.look(server).await?;
        self.checked.store(connection, Ordering::Release);
        Ok(())
    }

    /// Looks whether the stream is the one that it was, and has what was answered for.
    pub(super) async fn look(&self, server: &Server) -> Result<(), StoreError> {
        let mut pauses = Pauses::until(Instant::now() + server.deadline);
        while let Some((alarm, found)) = self.missing(server).await? {
            // Of a cluster, a former leader may answer with what it last knew: others will have
            // told it before the deadline. A single server knows.
            if !server.replicated || !pauses.pause().await {
                return Err(self.raise(alarm, server, &found));
            }
        }
        Ok(())
    }

    /// What is missing, by what the leader says.
    async fn missing(&self, server: &Server) -> Result<Option<(Alarm, String)>, StoreError> {
        let acked = self.acked();
        let Some(info) = server.info().await? else {
            return Ok(Some((Alarm::AckedEventLost, "the stream was deleted".to_owned())));
        };
        self.same_stream(&info, server)?;
        let Some((sequence, cid)) = acked else { return Ok(None) };
        let last = info.state.last_sequence;
        if last < sequence {
            let found = format!("it ends at sequence {last}, and {sequence} was answered for");
            return Ok(Some((Alarm::Rewound, found)));
        }
        Ok(match server.get(sequence).await?.map(Message::read) {
            Some(Ok(message)) if message.cid == cid => None,
            Some(_) => {
                Some((Alarm::Diverged, format!("at sequence {sequence} is not the event {cid}")))
            }
            None => {
                let found = format!("the event {cid} at sequence {sequence} was deleted");
                Some((Alarm::AckedEventLost, found))
            }
        })
    }

    /// Refuses a stream that was created at another time.
    pub(super) fn same_stream(&self, info: &Info, server: &Server) -> Result<(), StoreError> {
        if created(info) == self.created {
            return Ok(());
        }
        let found = "it was deleted and created anew since the store was opened";
        Err(self.raise(Alarm::Diverged, server, found))
    }

    /// Writes nothing from now on.
    pub(super) fn raise(&self, alarm: Alarm, server: &Server, found: &str) -> StoreError {
        let error = self.alarm.get_or_init(|| errors::alarm(alarm, server.name(), found));
        tracing::error!(%error, "events are missing");
        error.clone()
    }

    fn acked(&self) -> Option<(u64, EventCid)> {
        *self.acked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// As text, for the client's type of times depends on a feature that any crate may switch on.
fn created(info: &Info) -> String {
    info.created.to_string()
}
