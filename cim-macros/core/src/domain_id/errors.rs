//! What `#[derive(DomainId)]` can say.

use crate::diagnostics::Diagnostic;

pub(super) fn generic(generics: &syn::Generics) -> Diagnostic {
    Diagnostic::at(generics, "an id cannot be generic: it must have one text form")
        .help("write one id for each aggregate")
}

pub(super) fn not_around_one_field(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("`{ident}` is not a tuple struct around one value")).help(
        format!("write `pub struct {ident}(String);`, or with a `Uuid` or a whole number inside"),
    )
}
