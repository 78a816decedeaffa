//! What follows from events on JetStream: projections, questions, policies and timers, on servers that
//! this starts.
//!
//! All parts are run, or those that are named: `cargo bench -p cim-order --bench flow -- questions`.
//! `EVENTS` says how many events there are to catch up on.

#![allow(missing_docs, unreachable_pub, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

mod behind;
mod books;
mod catching_up;
mod lag;
mod numbers;
mod questions;
mod reactions;
mod timers;

#[tokio::main]
async fn main() {
    let names: Vec<_> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    // This program is also the process whose memory is looked at.
    if let [behind::PROCESS, url] = names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        return behind::process(url).await;
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    if wanted("catching-up") {
        catching_up::run().await;
    }
    if wanted("lag") {
        lag::run().await;
    }
    if wanted("reactions") {
        reactions::run().await;
    }
    if wanted("timers") {
        timers::run().await;
    }
    if wanted("questions") {
        questions::run().await;
    }
    if wanted("behind") {
        behind::run().await;
    }
}

/// How many events there are; `EVENTS` overrides it.
fn events(usual: u64) -> u64 {
    std::env::var("EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}
