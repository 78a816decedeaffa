//! What the JetStream store costs, on servers that this starts, against the client alone on the same
//! server in the same run.
//!
//! The two sides take turns, so that both see the same machine; the ratios are those of each pair.
//! All parts are run, or those that are named: `cargo bench -p cim-order --bench jetstream -- single`.

#![allow(missing_docs, unreachable_pub, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

mod commands;
mod delivery;
mod history;
mod numbers;
mod power_loss;
mod raw;

const CALLERS: usize = 64;
const PAIRS: usize = 9;

/// The commands of one order: one place, one confirmation, six reminders, one payment.
const COMMANDS: usize = 9;

/// How often one caller's command is timed.
const SINGLE: usize = 2_000;

#[tokio::main]
async fn main() {
    let names: Vec<_> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    if wanted("commands") {
        commands::run().await;
    }
    if wanted("single") {
        commands::run_single().await;
    }
    if wanted("power-loss") {
        power_loss::run().await;
    }
    if wanted("history") {
        history::run().await;
    }
    if wanted("delivery") {
        delivery::run().await;
    }
}

/// How many orders a run has; `ORDERS` overrides it.
fn orders(usual: usize) -> usize {
    std::env::var("ORDERS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// The client alone, at all servers of a store's address.
async fn connect(url: &str) -> async_nats::Client {
    async_nats::connect(url.split(',').collect::<Vec<_>>()).await.unwrap()
}
