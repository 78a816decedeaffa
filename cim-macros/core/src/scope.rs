//! The block in which generated impls stand.

use proc_macro2::{Span, TokenStream};
use quote::quote;

/// How the runtime's names are reached inside of [`block`].
pub(crate) fn code() -> syn::Path {
    syn::parse_quote!(cim_code)
}

/// The same, of which rustc says that it stands at `span`.
pub(crate) fn code_at(span: Span) -> syn::Path {
    syn::Ident::new("cim_code", span).into()
}

/// `const _: () = { use ::cim_runtime::code as cim_code; … };`: no name gets out, and the one that
/// comes in nobody else has.
pub(crate) fn block(krate: &syn::Path, items: &TokenStream) -> TokenStream {
    // Of a path that somebody gave and that leads nowhere, rustc would speak once for each name in
    // the braces.
    let names = match *krate == usual() {
        true => quote!(use #krate::code::{self as cim_code, Lacks as _};),
        false => quote! {
            use #krate::code as cim_code;
            use cim_code::Lacks as _;
        },
    };
    quote! {
        const _: () = {
            #names
            #items
        };
    }
}

/// Where the runtime is, unless `crate = …` says otherwise.
pub(crate) fn usual() -> syn::Path {
    syn::parse_quote!(::cim_runtime)
}
