//! The file, where it lies and what can be read of it.

use std::io::ErrorKind;
use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

use super::line::Line;

/// The lock of the crate that is compiled.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    /// Where it lies; none where nothing is compared.
    path: Option<PathBuf>,
    /// Its lines with their numbers; none if one of them cannot be read.
    lines: Vec<(usize, Line)>,
    problem: Option<Problem>,
}

/// Why nothing is compared with a lock that is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The file cannot be read.
    File(String),
    /// This line cannot be read.
    Line { number: usize, text: String },
}

impl Lock {
    /// The lock beside the `Cargo.toml` of the crate that is compiled.
    ///
    /// It is read for each item anew: an editor's server outlives many states of the file, and the
    /// file is short.
    pub(crate) fn of_this_crate() -> Self {
        // What is going to be written is compared with nothing.
        let is_written = std::env::var_os("CIM_LOCK").is_some_and(|switch| switch == "write");
        // Set for integration tests and benches: what they declare is not the crate's own.
        let is_test = std::env::var_os("CARGO_TARGET_TMPDIR").is_some();
        let folder = std::env::var_os("CARGO_MANIFEST_DIR").filter(|_| !is_written && !is_test);
        let Some(folder) = folder else { return Self::default() };
        let path = PathBuf::from(folder).join("cim.lock");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self { path: Some(path), ..Self::read(&text) },
            Err(error) if error.kind() == ErrorKind::NotFound => Self::default(),
            Err(error) => {
                let problem = Some(Problem::File(error.to_string()));
                Self { path: Some(path), problem, ..Self::default() }
            }
        }
    }

    /// The lock with this text.
    pub(super) fn read(text: &str) -> Self {
        let mut lock = Self::default();
        for (number, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match Line::read(text) {
                Some(line) => lock.lines.push((number, line)),
                None => {
                    let problem = Some(Problem::Line { number, text: text.to_owned() });
                    return Self { problem, ..Self::default() };
                }
            }
        }
        lock
    }

    pub(super) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// The lines of a machine, with their numbers.
    pub(super) fn lines_of<'a>(
        &'a self,
        machine: &'a str,
    ) -> impl Iterator<Item = (usize, &'a Line)> {
        let lines = self.lines.iter().filter(move |(_, line)| line.machine == machine);
        lines.map(|(number, line)| (*number, line))
    }

    /// Makes rustc read the file, too, so that the crate is compiled again when it changes.
    pub(super) fn tracked(&self) -> TokenStream {
        match self.path.as_deref().and_then(|path| path.to_str()) {
            Some(path) => quote!(
                const _: &[u8] = ::core::include_bytes!(#path);
            ),
            None => TokenStream::new(),
        }
    }
}
