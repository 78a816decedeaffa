//! What `#[event]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;

pub(super) fn wrong_item(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[event]` stands on a struct")
        .help("write one struct for each event; the machine makes the enum of them")
}

pub(super) fn version_out_of_range(literal: &syn::LitInt) -> Diagnostic {
    Diagnostic::at(literal, format!("an event has no version `{literal}`"))
        .help("versions count from 1, by one for each change of the struct")
}

pub(super) fn version_without_upcast(
    literal: &syn::LitInt,
    ident: &syn::Ident,
    number: u32,
) -> Diagnostic {
    let before = number - 1;
    Diagnostic::at(literal, format!("version {number} of `{ident}` does not say how version {before} becomes it"))
        .note("events are kept for ever: those of the older version must still be read")
        .help(format!("keep the old struct as `v{before}::{ident}`, write `impl From<v{before}::{ident}> for {ident}`, and add `upcast = v{before}::{ident}`"))
}

pub(super) fn upcast_to_the_first(path: &syn::Path, ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(path, format!("version 1 of `{ident}` has no version before it"))
        .help("add `version = 2`")
}
