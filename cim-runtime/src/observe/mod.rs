//! What a running system tells of itself: spans of `tracing`, and numbers of `metrics`.
//!
//! Neither costs more than a look while nobody listens. The library installs no listener; with the
//! feature `prometheus`, a program can ask for one: `serve_metrics`.
//!
//! | metric | kind | labels |
//! |---|---|---|
//! | `cim_commands_total` | counter | `aggregate`, `command`, `outcome` |
//! | `cim_append_seconds` | histogram | |
//! | `cim_conflicts_total` | counter | `aggregate` |
//! | `cim_stored_position` | gauge | |
//! | `cim_projection_up` | gauge | `projection` |
//! | `cim_projection_position` | gauge | `projection` |
//! | `cim_projection_lag_seconds` | gauge | `projection` |
//! | `cim_projection_parked_total` | counter | `projection` |
//! | `cim_policy_up` | gauge | `policy` |
//! | `cim_policy_position` | gauge | `policy` |
//! | `cim_policy_commands_total` | counter | `policy`, `outcome` |
//! | `cim_effects_total` | counter | `policy`, `outcome` |
//! | `cim_policy_retries_total` | counter | `policy` |
//! | `cim_dead_letters_total` | counter | `policy` |
//!
//! `outcome` of a command is one of `stored`, `repeated`, `unchanged`, `refused` and `error`; of a
//! policy's command one of `done`, `again`, `dead`, and `refused` where a method answers to that; of an
//! attempt at an effect one of `done`, `again` and `dead`.
//!
//! `up` is 1 while this process takes events or follows one that does, and 0 while it is paused, has
//! stopped, or cannot reach the store or its rows. `cim_stored_position` is the
//! last position that this process has stored something at: a projection or a policy that stays
//! behind the greatest of all processes does not get on, whatever else it says. How old the last event
//! was is told when it is taken, and says nothing afterwards.

#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "jetstream")]
pub(crate) mod trace;

use std::time::Duration;

use jiff::Timestamp;
use tracing::{Span, field};
use uuid::Uuid;

use crate::engine::Sent;

#[cfg(feature = "prometheus")]
pub use prometheus::{MetricsError, serve_metrics};

/// Says to whoever listens what each number is.
#[cfg(feature = "prometheus")]
fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!("cim_commands_total", "Commands, by how they ended");
    describe_histogram!("cim_append_seconds", "How long the store took for a commit");
    describe_counter!("cim_conflicts_total", "Commits for which another writer was faster");
    describe_gauge!("cim_stored_position", "The last position this process has stored at");
    describe_gauge!("cim_projection_up", "Whether a projection takes events: 1, or 0");
    describe_gauge!("cim_policy_up", "Whether a policy takes events: 1, or 0");
    describe_gauge!("cim_policy_position", "The position of the last event a policy has taken");
    describe_gauge!("cim_projection_position", "The position of the last event in the rows");
    describe_gauge!("cim_projection_lag_seconds", "How old the last event in the rows was");
    describe_counter!("cim_projection_parked_total", "Events that were put aside");
    describe_counter!("cim_policy_commands_total", "Commands of policies, by how they ended");
    describe_counter!("cim_policy_retries_total", "Commands of policies that wait for another try");
    describe_counter!("cim_dead_letters_total", "Commands of policies that were given up");
}

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

/// The span of a request that came over NATS, with the caller's `traceparent`.
#[cfg(feature = "jetstream")]
pub(crate) fn request_span(subject: &str, traceparent: Option<&str>) -> Span {
    tracing::debug_span!("request", subject, traceparent)
}

/// The span of a page of events on its way into a projection or through a policy.
pub(crate) fn page_span(kind: &'static str, name: &'static str, events: usize) -> Span {
    tracing::debug_span!("page", kind, name, events)
}

/// Something was stored, and this is its last position.
pub(crate) fn stored(position: u64) {
    metrics::gauge!("cim_stored_position").set(position as f64);
}

/// Whether a projection takes events.
pub(crate) fn projection_up(name: &'static str, is_up: bool) {
    metrics::gauge!("cim_projection_up", "projection" => name).set(f64::from(u8::from(is_up)));
}

/// Whether a policy takes events, and how far it is.
pub(crate) fn policy(name: &'static str, position: u64, is_up: bool) {
    metrics::gauge!("cim_policy_up", "policy" => name).set(f64::from(u8::from(is_up)));
    metrics::gauge!("cim_policy_position", "policy" => name).set(position as f64);
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
    tried(policy, outcome);
}

/// The span of an attempt at an effect, under the correlation of its event.
pub(crate) fn effect_span(policy: &'static str, attempt: u32, correlation: Uuid) -> Span {
    tracing::debug_span!("effect", policy, attempt, %correlation)
}

/// How an attempt at an effect ended.
pub(crate) fn effect(policy: &'static str, outcome: &'static str) {
    metrics::counter!("cim_effects_total", "policy" => policy, "outcome" => outcome).increment(1);
    tried(policy, outcome);
}

/// Counts what is tried again, and what is given up.
fn tried(policy: &'static str, outcome: &'static str) {
    match outcome {
        "again" => metrics::counter!("cim_policy_retries_total", "policy" => policy).increment(1),
        "dead" => dead_letter(policy),
        _ => {}
    }
}

/// A command that nobody took, or an event at which a policy has failed, was put on its list.
pub(crate) fn dead_letter(policy: &'static str) {
    metrics::counter!("cim_dead_letters_total", "policy" => policy).increment(1);
}
