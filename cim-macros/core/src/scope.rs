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
    quote! {
        const _: () = {
            use #krate::code::{self as cim_code, Lacks as _};
            #items
        };
    }
}
