//! `#[policy]`: events, and the commands that they call for.

mod effect;
mod errors;
mod expand;
mod refusal;
mod syntax;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;
use syntax::Parsed;

/// Expands `#[policy]`.
pub fn policy(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syntax::parse(args, item, &mut diagnostics) {
        Parsed::Policy(syntax) => expand::expand(&syntax, diagnostics.is_empty()),
        Parsed::Nothing(item) => item,
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}
