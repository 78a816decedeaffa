//! Whether there is a connection, and which one.

use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, Event};
use tokio::sync::watch;
use tokio::time::Instant;

/// How often the client is asked, should an event of its have been lost.
const LOOK: Duration = Duration::from_millis(100);

/// The state of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Link {
    /// How many connections there have been.
    pub(super) number: u64,
    pub(super) connected: bool,
}

impl Link {
    /// Takes an event of the client in.
    pub(super) fn note(link: &watch::Sender<Self>, event: &Event) {
        match event {
            Event::Connected => link.send_modify(|link| {
                link.number += 1;
                link.connected = true;
            }),
            Event::Disconnected | Event::Closed => link.send_modify(|link| link.connected = false),
            Event::ServerError(error) => tracing::warn!(%error, "the NATS server reports an error"),
            Event::SlowConsumer(_) => tracing::warn!("a subscription is behind"),
            _ => {}
        }
    }
}

/// Waits until there is a connection; false when there is none at the deadline.
pub(super) async fn connected(
    client: &Client,
    link: &watch::Receiver<Link>,
    deadline: Instant,
) -> bool {
    let mut link = link.clone();
    while client.connection_state() != State::Connected {
        if Instant::now() >= deadline {
            return false;
        }
        let look = (Instant::now() + LOOK).min(deadline);
        let _ = tokio::time::timeout_at(look, link.changed()).await;
    }
    true
}

/// Waits until the connection that is there now is lost: what was asked over it will not be
/// answered.
pub(super) async fn lost(link: &watch::Receiver<Link>) {
    let mut link = link.clone();
    let now = *link.borrow_and_update();
    // The sender lives as long as the client; without it there is nothing more to wait for.
    let other = |link: &Link| link.number != now.number || (now.connected && !link.connected);
    if link.wait_for(other).await.is_err() {
        std::future::pending().await
    }
}
