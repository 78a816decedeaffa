//! What `#[command]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;

pub(super) fn wrong_item(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[command]` stands on a struct")
        .help("write one struct for each command; what varies inside can be a `#[value]` enum")
}
