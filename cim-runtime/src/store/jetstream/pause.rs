//! How long to wait before something is sent again.

use std::time::Duration;

use tokio::time::Instant;

/// The first pause, at the most.
const FIRST: Duration = Duration::from_millis(10);
/// No pause is longer.
const LONGEST: Duration = Duration::from_millis(500);

/// Pauses that grow, each of a length by chance: what collided once should not collide again.
#[derive(Debug)]
pub(super) struct Pauses {
    most: Duration,
    deadline: Instant,
}

impl Pauses {
    pub(super) fn until(deadline: Instant) -> Self {
        Self { most: FIRST, deadline }
    }

    /// Waits; false when the deadline has come.
    pub(super) async fn pause(&mut self) -> bool {
        let pause = self.most.mul_f64(rand::random_range(0.25..1.0));
        self.most = (self.most * 2).min(LONGEST);
        let end = (Instant::now() + pause).min(self.deadline);
        tokio::time::sleep_until(end).await;
        end < self.deadline
    }
}
