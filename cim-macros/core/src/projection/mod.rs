//! `#[projection] impl OrderBook { … }`: events made into rows that answer questions.

mod code;
mod errors;
mod expand;
mod query;
mod sql;
mod statements;
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

/// Expands `#[on]` where no projection and no policy has taken it away.
pub fn on(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("on", "projections and policies", "`#[projection]` or `#[policy]`", item)
}

/// Expands `#[query]` where no projection has taken it away.
pub fn query(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("query", "projections", "`#[projection]`", item)
}

/// Expands `#[reset]` where no projection has taken it away.
pub fn reset(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("reset", "projections", "`#[projection(sql)]`", item)
}

/// Expands `#[refused]` where no policy has taken it away.
pub fn refused(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("refused", "policies", "`#[policy]`", item)
}

fn outside(attribute: &str, places: &str, attributes: &str, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(errors::outside(attribute, places, attributes));
    let mistakes = diagnostics.finish();
    quote!(#mistakes #item)
}
