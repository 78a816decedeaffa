//! How far a long command has come, on stderr, and only when people watch.

use cim_runtime::store::Store;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the events of a store, up to a position.
pub(crate) fn events(store: &dyn Store, last: u64) -> ProgressBar {
    match store.positions_count() {
        true => bar(last, "{wide_bar} {human_pos} of {human_len} events, {eta} left"),
        false => bar(last, "{wide_bar} {percent} %, {eta} left"),
    }
}

/// A bar over `len` streams that are verified.
pub(crate) fn streams(len: u64) -> ProgressBar {
    bar(len, "verifying {wide_bar} {human_pos} of {human_len} streams, {eta} left")
}

/// A bar over `len` bytes; `what` is being done to them.
pub(crate) fn bytes(len: u64, what: &'static str) -> ProgressBar {
    let bar = bar(len, "{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left");
    bar.set_message(what);
    bar
}

// Indicatif draws to stderr, and nothing at all when that is no terminal.
fn bar(len: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(len);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
