//! A progress bar for long work, on a terminal's standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts to `len` of what `noun` says; hidden where nobody watches.
pub fn bar(len: u64, noun: &str) -> ProgressBar {
    let bar = ProgressBar::new(len);
    let template =
        format!("{{bar:40}} {{human_pos}}/{{human_len}} {noun}, {{per_sec}}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
