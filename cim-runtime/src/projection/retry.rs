//! Pauses between attempts, each longer than the last.

use std::time::Duration;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before something is tried again.
#[derive(Debug)]
pub(crate) struct Retry(Duration);

impl Retry {
    pub(crate) fn new() -> Self {
        Self(FIRST)
    }

    /// Waits; whoever has got on since the last attempt begins with the first pause again.
    pub(crate) async fn pause(&mut self, got_on: bool) {
        let wait = if got_on { FIRST } else { self.0 };
        tokio::time::sleep(wait).await;
        self.0 = (wait * 2).min(LONGEST);
    }
}
