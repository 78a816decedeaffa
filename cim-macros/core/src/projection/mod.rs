//! `#[projection] impl OrderBook { … }`: events made into rows that answer questions.

mod code;
mod errors;
mod expand;
mod listen;
mod query;
mod syntax;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;
use syntax::Parsed;

/// Expands `#[projection]`.
pub fn projection(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syntax::parse(args, item, &mut diagnostics) {
        Parsed::Projection(syntax) => expand::expand(&syntax, diagnostics.is_empty()),
        Parsed::Nothing(item) => item,
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

/// Expands `#[on]` where no projection has taken it away.
pub fn on(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("on", item)
}

/// Expands `#[query]` where no projection has taken it away.
pub fn query(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("query", item)
}

fn outside(attribute: &str, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(errors::outside_a_projection(attribute));
    let mistakes = diagnostics.finish();
    quote!(#mistakes #item)
}
