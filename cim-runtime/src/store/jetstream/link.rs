//! Whether there is a connection, and which one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, Event, Statistics};
use tokio::sync::watch;
use tokio::time::Instant;

use super::refusals::Refusals;

/// How often the client is asked, should an event of its have been lost.
const LOOK: Duration = Duration::from_millis(100);

/// The connection of a client, which makes another one when it is lost.
pub(super) struct Link {
    client: Client,
    /// Counts connections. It is ahead of all that is sent over a new one, and the events are not.
    statistics: Arc<Statistics>,
    connected: watch::Receiver<bool>,
    refusals: Refusals,
}

impl Link {
    /// The link of a client whose events come to [`note`].
    pub(super) fn new(
        client: Client,
        connected: watch::Receiver<bool>,
        refusals: Refusals,
    ) -> Self {
        Self { statistics: client.statistics(), client, connected, refusals }
    }

    /// What the server does not let us do.
    pub(super) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// The number of the present connection.
    pub(super) fn number(&self) -> u64 {
        self.statistics.connects.load(Ordering::Acquire)
    }

    /// Whether there is a connection now.
    pub(super) fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Waits until there is a connection; false when there is none at the deadline.
    pub(super) async fn connected(&self, deadline: Instant) -> bool {
        if self.is_connected() {
            return true;
        }
        let mut connected = self.connected.clone();
        while !self.is_connected() {
            if Instant::now() >= deadline {
                return false;
            }
            let look = (Instant::now() + LOOK).min(deadline);
            let _ = tokio::time::timeout_at(look, connected.changed()).await;
        }
        true
    }

    /// Waits until connection `number` is lost: what was asked over it will not be answered.
    pub(super) async fn lost(&self, number: u64) {
        let mut connected = self.connected.clone();
        // That it is connected, too, is told a moment later than it is.
        let mut was_connected = *connected.borrow_and_update();
        while self.number() == number {
            // The client keeps the sender; without it there is nothing more to wait for.
            if connected.changed().await.is_err() {
                std::future::pending().await
            }
            let is_connected = *connected.borrow_and_update();
            if was_connected && !is_connected {
                return;
            }
            was_connected = is_connected;
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, connection {}", self.client.connection_state(), self.number())
    }
}

/// Takes an event of the client in.
pub(super) fn note(connected: &watch::Sender<bool>, refusals: &Refusals, event: &Event) {
    match event {
        Event::Connected => {
            refusals.forget();
            connected.send_replace(true);
        }
        Event::Disconnected | Event::Closed => drop(connected.send_replace(false)),
        Event::ServerError(error) => {
            tracing::warn!(%error, "the NATS server reports an error");
            refusals.note(&error.to_string());
        }
        // Such as credentials that have expired: it goes on trying, they may be good again.
        Event::ClientError(error) => {
            tracing::warn!(%error, "no connection to the NATS server");
            refusals.note_problem(error.to_string());
        }
        Event::SlowConsumer(_) => tracing::warn!("a subscription is behind"),
        _ => {}
    }
}
