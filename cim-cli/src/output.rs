//! What is written to stdout: text for people, or JSON for machines.

use std::fmt::Display;
use std::io::{BufWriter, Stdout, Write as _};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use indicatif::HumanCount;
use serde::Serialize;

use crate::failure::Failure;

/// What went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What should be looked into.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The names of events.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();
/// What is needed less often than the rest.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// A number of things, for people: `1 event`, `2,000 events`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {thing}{s}", HumanCount(number))
}

/// Stdout, without colours where they are not wanted.
pub(crate) struct Output {
    json: bool,
    to: BufWriter<AutoStream<Stdout>>,
}

impl Output {
    pub(crate) fn stdout(json: bool) -> Self {
        Self { json, to: BufWriter::new(AutoStream::auto(std::io::stdout())) }
    }

    /// Whether machines read this.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people.
    pub(crate) fn line(&mut self, line: impl Display) -> Result<(), Failure> {
        Ok(writeln!(self.to, "{line}")?)
    }

    /// A line for machines.
    pub(crate) fn object(&mut self, object: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.to, object).map_err(std::io::Error::from)?;
        Ok(self.to.write_all(b"\n")?)
    }

    /// Hands over what was written so far.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.to.flush()?)
    }
}
