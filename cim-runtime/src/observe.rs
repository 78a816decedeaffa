//! What a running system tells of itself: spans of `tracing`, and numbers of `metrics`.
//!
//! Neither costs more than a look while nobody listens. The library installs no listener.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `cim_commands_total` | counter | `aggregate`, `command`, `outcome` |
//! | `cim_append_seconds` | histogram | |
//! | `cim_conflicts_total` | counter | `aggregate` |
//! | `cim_projection_position` | gauge | `projection` |
//! | `cim_projection_lag_seconds` | gauge | `projection` |
//! | `cim_projection_parked_total` | counter | `projection` |
//! | `cim_policy_commands_total` | counter | `policy`, `outcome` |
//! | `cim_policy_retries_total` | counter | `policy` |
//! | `cim_dead_letters_total` | counter | `policy` |
//!
//! `outcome` of a command is one of `stored`, `repeated`, `unchanged`, `refused` and `error`; of a
//! policy's command one of `done`, `again` and `dead`.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{Span, field};
use uuid::Uuid;

use crate::engine::Sent;

/// The span of a command, from its sender to its answer.
pub(crate) fn command_span(command: &'static str, id: &str, correlation: Uuid) -> Span {
    tracing::debug_span!("command", command, id, %correlation, outcome = field::Empty)
}

/// How a command ended.
pub(crate) fn command(
    aggregate: &'static str,
    command: &'static str,
    ended: Result<&Sent, Failure>,
) {
    let outcome = match ended {
        Ok(Sent::Stored(_)) => "stored",
        Ok(Sent::Repeated(_)) => "repeated",
        Ok(Sent::Unchanged { .. }) => "unchanged",
        Err(Failure::Refusal) => "refused",
        Err(Failure::Error) => "error",
    };
    Span::current().record("outcome", outcome);
    metrics::counter!(
        "cim_commands_total",
        "aggregate" => aggregate, "command" => command, "outcome" => outcome
    )
    .increment(1);
}

/// Who said no.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failure {
    /// The business.
    Refusal,
    /// The machine.
    Error,
}

/// How long a store took for a commit.
pub(crate) fn append(took: Duration) {
    metrics::histogram!("cim_append_seconds").record(took);
}

/// Another writer was faster.
pub(crate) fn conflict(aggregate: &'static str) {
    metrics::counter!("cim_conflicts_total", "aggregate" => aggregate).increment(1);
}

/// The span of a page of events on its way into a projection or through a policy.
pub(crate) fn page_span(kind: &'static str, name: &'static str, events: usize) -> Span {
    tracing::debug_span!("page", kind, name, events)
}

/// How far a projection is.
pub(crate) fn projected(name: &'static str, position: u64, at: Option<Timestamp>, now: Timestamp) {
    metrics::gauge!("cim_projection_position", "projection" => name).set(position as f64);
    if let Some(at) = at {
        let lag = now.duration_since(at).as_secs_f64();
        metrics::gauge!("cim_projection_lag_seconds", "projection" => name).set(lag);
    }
}

/// A projection has put an event aside.
pub(crate) fn parked(name: &'static str) {
    metrics::counter!("cim_projection_parked_total", "projection" => name).increment(1);
}

/// The span of a policy's command, under the correlation of its event.
pub(crate) fn reaction_span(policy: &'static str, command: &str, correlation: Uuid) -> Span {
    tracing::debug_span!("reaction", policy, command, %correlation)
}

/// How a policy's command ended.
pub(crate) fn reaction(policy: &'static str, outcome: &'static str) {
    metrics::counter!("cim_policy_commands_total", "policy" => policy, "outcome" => outcome)
        .increment(1);
    match outcome {
        "again" => metrics::counter!("cim_policy_retries_total", "policy" => policy).increment(1),
        "dead" => metrics::counter!("cim_dead_letters_total", "policy" => policy).increment(1),
        _ => {}
    }
}
