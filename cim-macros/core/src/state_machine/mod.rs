//! `#[state_machine(…)] impl Order { … }`: the whole lifecycle of an aggregate, checked.

mod answer;
mod check;
mod errors;
mod expand;
mod model;
mod syntax;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use syntax::Parsed;

/// Expands `#[state_machine]`.
pub fn state_machine(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syntax::parse(args, item, &mut diagnostics) {
        Parsed::Machine(syntax) => {
            let model = model::build(&syntax, &mut diagnostics);
            check::check(&model, &mut diagnostics);
            expand::expand(&syntax, &model, diagnostics.is_empty())
        }
        Parsed::Nothing(item) => item,
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

/// Expands `#[transition]` where no machine has taken it away.
pub fn transition(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("transition", item)
}

/// Expands `#[apply]` where no machine has taken it away.
pub fn apply(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("apply", item)
}

fn outside(attribute: &str, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(errors::outside_a_machine(attribute));
    let mistakes = diagnostics.finish();
    quote!(#mistakes #item)
}

/// The runtime's path, when the header gives one among its states.
fn krate(tokens: TokenStream, diagnostics: &mut Diagnostics) -> syn::Path {
    let mut arguments = Arguments::parse("state_machine", tokens);
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    krate
}
