//! What `#[value]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;

pub(super) fn wrong_item(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[value]` stands on a struct or an enum")
        .help("write a struct of named fields, or an enum of the cases")
}

pub(super) fn no_variants(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("`{ident}` has no variants, so no value of it can be stored"))
        .help("add a variant, or write a struct without fields")
}

pub(super) fn conditional_variant(cfg: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(cfg, "a variant of a value cannot depend on features")
        .note("one build of the program would write what another cannot read")
        .help("remove the `#[cfg]`")
}
