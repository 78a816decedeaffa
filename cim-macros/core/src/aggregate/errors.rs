//! What `#[aggregate]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;
use crate::names;

pub(super) fn wrong_item(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[aggregate]` stands on a struct")
        .help("put what the aggregate remembers into its fields; its states stand in `#[state_machine(…)]`")
}

pub(super) fn no_domain(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(
        ident,
        format!("the aggregate `{ident}` does not say which domain it belongs to"),
    )
    .help(format!(
        "add `domain = \"…\"`, such as `#[aggregate(domain = \"shop\", id = {ident}Id)]`"
    ))
}

pub(super) fn no_id(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("the aggregate `{ident}` does not say what its id is")).help(
        format!("add `id = {ident}Id`, with `#[derive(DomainId)] pub struct {ident}Id(String);`"),
    )
}

pub(super) fn not_a_token(literal: &syn::LitStr) -> Diagnostic {
    let found = literal.value();
    let diagnostic = Diagnostic::at(literal, format!("`{found}` cannot be a part of a subject"));
    let plain = found.to_lowercase().replace(' ', "-");
    match names::is_subject_token(&plain) {
        true => diagnostic.help(format!("write `\"{plain}\"`: letters a-z, digits, `_`, and `-`")),
        false => diagnostic.help("use up to 40 of the letters a-z, digits, `_`, and `-`"),
    }
}

pub(super) fn name_is_no_token(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("`{ident}` cannot be a part of a subject"))
        .help("give the aggregate a name of up to 40 of the letters a-z, digits, `_`, and `-`: `name = \"…\"`")
}

pub(super) fn name_too_long(ident: &syn::Ident, name: &str) -> Diagnostic {
    Diagnostic::at(
        ident,
        format!("the name `{name}` of the aggregate `{ident}` is longer than 50 letters"),
    )
    .note(
        "the names of domain and aggregate stand in every subject, which must hold the id as well",
    )
    .help("shorten the domain, or give the aggregate a short name: `name = \"…\"`")
}

pub(super) fn snapshot_out_of_range(literal: &syn::LitInt) -> Diagnostic {
    Diagnostic::at(literal, format!("`snapshot = {literal}` retires no snapshots"))
        .note("snapshots are marked with 1 at first, and those with another mark are passed over")
        .help("write `snapshot = 2`, and one more each time that an `#[apply]` comes to mean something else")
}
