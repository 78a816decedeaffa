//! Why the program ends without having done what was asked, and its exit code.

use std::io;
use std::process::ExitCode;

use cim_runtime::store::{StoreError, StoreErrorKind};

/// The end of a command that did not go well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read our output has gone away, as `head` does: nothing to say, nobody to say it to.
    Unread,
    /// The answer is no, or damage was found: exit code 1.
    No(String),
    /// The question could not be asked: exit code 2.
    Trouble(String),
    /// As [`Failure::No`], and the answer has been printed.
    Said,
}

impl Failure {
    pub(crate) fn no(message: impl Into<String>) -> Self {
        Self::No(message.into())
    }

    pub(crate) fn trouble(message: impl Into<String>) -> Self {
        Self::Trouble(message.into())
    }

    /// The store at `url` could not do what was asked.
    pub(crate) fn store(url: &str, error: &StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Damaged => Self::no(format!(
                "{url}: {error}; `cim verify --store {url}` names every damaged place"
            )),
            _ => Self::trouble(format!("{url}: {error}")),
        }
    }

    /// Says on stderr what went wrong, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let (message, code) = match self {
            Self::Unread => return ExitCode::SUCCESS,
            Self::Said => return ExitCode::from(1),
            Self::No(message) => (message, 1),
            Self::Trouble(message) => (message, 2),
        };
        let style = crate::output::ERROR;
        anstream::eprintln!("{style}error:{style:#} {message}");
        ExitCode::from(code)
    }
}

/// For errors of our own output; those of files name the file.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::trouble(format!("could not write the answer: {error}")),
        }
    }
}
