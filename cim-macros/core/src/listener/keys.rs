//! The keys that projections and policies have in common.

use super::{Taker, errors};
use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::names;

/// What happens when a method fails.
#[derive(Clone, Copy)]
pub(crate) enum OnFailure {
    Park,
    Stop,
}

/// `name = "…"`, if it was given.
pub(crate) struct Name(Option<syn::LitStr>);

/// Reads `name = "…"`.
pub(crate) fn name(
    taker: Taker,
    arguments: &mut Arguments,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Name {
    let name: Option<syn::LitStr> = arguments.value("name", what, diagnostics);
    if let Some(name) = &name
        && !names::is_subject_token(&name.value())
    {
        diagnostics.push(errors::not_a_name(taker, name));
    }
    Name(name)
}

impl Name {
    /// The name that was given, or that of the item in snake case.
    pub(crate) fn or_that_of(
        self,
        taker: Taker,
        ident: &syn::Ident,
        diagnostics: &mut Diagnostics,
    ) -> String {
        if let Some(name) = self.0 {
            return name.value();
        }
        let own = names::snake_case(&names::plain(ident));
        if !names::is_subject_token(&own) {
            diagnostics.push(errors::name_is_no_token(taker, ident));
        }
        own
    }
}

/// Reads `on_failure = park`, or `stop`.
pub(crate) fn on_failure(arguments: &mut Arguments, diagnostics: &mut Diagnostics) -> OnFailure {
    let word: Option<syn::Ident> = arguments.value("on_failure", "`park` or `stop`", diagnostics);
    word.map_or(OnFailure::Park, |word| match word.to_string().as_str() {
        "park" => OnFailure::Park,
        "stop" => OnFailure::Stop,
        _ => {
            diagnostics.push(errors::unknown_failure(&word));
            OnFailure::Park
        }
    })
}

impl quote::ToTokens for OnFailure {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        tokens.extend(match self {
            Self::Park => quote::quote!(Park),
            Self::Stop => quote::quote!(Stop),
        });
    }
}
