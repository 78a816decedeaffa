//! What differs from the lock, in words.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::event::StoredEvent;
use super::line::{Field, Line};
use super::machine::StoredMachine;
use crate::diagnostics::Diagnostic;
use crate::names;

/// An event that differs from its line, and the newest version that the lock has of it.
pub(super) struct Change<'a> {
    pub(super) event: &'a StoredEvent<'a>,
    pub(super) newest: u32,
}

impl Change<'_> {
    /// `OrderPlaced` version 1, under the name that it has in Rust.
    fn subject(&self) -> String {
        format!("`{}` version {}", names::plain(self.event.ident), self.event.version)
    }

    /// What to write, of a version that may be the newest, or has been superseded.
    fn remedy(&self, diagnostic: Diagnostic) -> Diagnostic {
        let StoredEvent { machine, name, version, ident, .. } = self.event;
        if *version < self.newest {
            return diagnostic.help(format!(
                "version {} supersedes it: let this struct be as it was stored",
                version + 1
            ));
        }
        let (next, ident) = (version + 1, names::plain(ident));
        let pin = if ident == *name { String::new() } else { format!(", name = \"{name}\"") };
        let old = format!("v{version}::{ident}");
        diagnostic
            .help(format!("keep the struct, and the values in it, as they were in a module `v{version}`, and write the next version: `#[event({machine}, version = {next}, upcast = {old}{pin})]` and `impl From<{old}> for {ident}`"))
            .help("if no event has been stored yet, run `cim lock`")
    }
}

// The file.

pub(super) fn unreadable_file(owner: &syn::Path, problem: &str) -> Diagnostic {
    Diagnostic::at(owner, format!("`cim.lock` cannot be read: {problem}"))
        .help("restore the file from version control")
}

pub(super) fn unreadable_line(owner: &syn::Path, number: usize, text: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::at(owner, format!("line {number} of `cim.lock` cannot be read: `{text}`"));
    match text.get(..7) {
        Some("<<<<<<<" | "=======" | ">>>>>>>" | "|||||||") => {
            diagnostic.help("resolve the conflict: keep the lines of both sides")
        }
        _ => diagnostic.help("restore the line from version control"),
    }
}

pub(super) fn locked_twice(owner: &syn::Path, line: &Line, places: [usize; 2]) -> Diagnostic {
    let Line { event, version, .. } = line;
    let [first, second] = places;
    Diagnostic::at(
        owner,
        format!(
            "`cim.lock` has version {version} of `{event}` twice, in lines {first} and {second}"
        ),
    )
    .note("perhaps two branches have each changed the event")
    .help(format!(
        "keep the one that was released first, and make the other one version {}",
        version + 1
    ))
}

// The fields of an event.

pub(super) fn new_fields(change: &Change<'_>, new: &[(&syn::Ident, String)]) -> Diagnostic {
    let names = names::list(new.iter().map(|(ident, _)| names::plain(ident)), "and");
    let message = format!("{} is stored without {names}", change.subject());
    change.remedy(Diagnostic::at(&first(change, new), message).note(KEPT))
}

pub(super) fn gone_fields(change: &Change<'_>, gone: &[&String]) -> Diagnostic {
    let names = names::list(gone, "and");
    let message =
        format!("{} is stored with {names}, which the struct no longer has", change.subject());
    change.remedy(Diagnostic::at(change.event.ident, message).note(KEPT))
}

pub(super) fn other_fields(
    change: &Change<'_>,
    new: &[(&syn::Ident, String)],
    gone: &[&String],
) -> Diagnostic {
    let (lost, found) =
        (names::list(gone, "and"), new.iter().map(|(ident, _)| names::plain(ident)));
    let found: Vec<_> = found.collect();
    let message = format!(
        "{} is stored with {lost}, and not with {}",
        change.subject(),
        names::list(&found, "and")
    );
    // The first new name that is near to one that is gone, or simply the first.
    let near = new.iter().zip(&found).find_map(|((ident, _), name)| {
        names::nearest(name, gone.iter().copied()).map(|gone| (*ident, gone.to_owned()))
    });
    let (place, stored) = match near {
        Some((ident, gone)) => (ident.to_token_stream(), Some(gone)),
        None => (first(change, new), gone.first().map(|gone| (*gone).clone())),
    };
    let stored = stored.unwrap_or_default();
    let diagnostic = Diagnostic::at(&place, message).note(KEPT);
    change.remedy(diagnostic.help(format!(
        "if `{place}` is `{stored}` under a new name, write `#[stored(name = \"{stored}\")]` on it"
    )))
}

pub(super) fn changed_field(change: &Change<'_>, ty: &syn::Type, stored: &Field) -> Diagnostic {
    let Field { key, shape } = stored;
    let message = format!("{} is stored with another `{key}`", change.subject());
    let kept = format!("stored events stay as they are, and there it is `{shape}`");
    change.remedy(Diagnostic::at(ty, message).note(kept))
}

/// Why an event cannot simply change.
const KEPT: &str = "stored events stay as they are, and must still be read";

fn first(change: &Change<'_>, new: &[(&syn::Ident, String)]) -> TokenStream {
    new.first().map_or(change.event.ident, |(ident, _)| *ident).to_token_stream()
}

// The events of a machine.

pub(super) fn missing_event(
    machine: &StoredMachine<'_>,
    event: &str,
    meant: Option<&str>,
) -> Diagnostic {
    let StoredMachine { owner, name, .. } = machine;
    let diagnostic = Diagnostic::at(owner, format!("no event of `{name}` is stored as `{event}`"))
        .note("`cim.lock` has such events, and they must still be read");
    let diagnostic = match meant {
        Some(meant) => diagnostic.help(format!(
            "if it is `{meant}` now, write `#[event({name}, name = \"{event}\")]` on `{meant}`"
        )),
        None => diagnostic,
    };
    diagnostic
        .help(format!("if it no longer happens, keep its struct, and say where it led: `#[apply(A -> B)] fn …(&mut self, event: &{event})`"))
        .help("if no such event has been stored yet, run `cim lock`")
}

pub(super) fn older_version(machine: &StoredMachine<'_>, event: &str, version: u32) -> Diagnostic {
    let StoredMachine { owner, name, .. } = machine;
    Diagnostic::at(owner, format!("`{name}` does not read version {version} of `{event}`"))
        .note("`cim.lock` has such events, and they must still be read")
        .help(format!("write `#[event({name}, version = {version}, …)]` on the newest struct"))
        .help("if no such event has been stored yet, run `cim lock`")
}

pub(super) fn one_name_for_two(owner: &syn::Path) -> Diagnostic {
    let name = names::shown(owner);
    Diagnostic::at(owner, format!("two events of `{name}` are stored under one name"))
        .note("what is read back could not be told apart")
        .help("look for an `#[event(…, name = \"…\")]` that repeats the name of another event")
}
