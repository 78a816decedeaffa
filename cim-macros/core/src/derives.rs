//! The derives that a macro adds for the author.

use proc_macro2::TokenStream;
use quote::quote;

/// A derive from core.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    Clone,
    Debug,
    PartialEq,
}

/// `#[derive(…)]` of what the author has not derived below our attribute.
pub(crate) fn missing(wanted: &[Derive], attrs: &[syn::Attribute]) -> TokenStream {
    let paths =
        wanted.iter().filter(|derive| !is_derived(**derive, attrs)).map(|derive| match derive {
            Derive::Clone => quote!(::core::clone::Clone),
            Derive::Debug => quote!(::core::fmt::Debug),
            Derive::PartialEq => quote!(::core::cmp::PartialEq),
        });
    quote!(#[derive(#(#paths),*)])
}

fn is_derived(derive: Derive, attrs: &[syn::Attribute]) -> bool {
    let name = match derive {
        Derive::Clone => "Clone",
        Derive::Debug => "Debug",
        Derive::PartialEq => "PartialEq",
    };
    let mut derived = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // A derive that cannot be read is rustc's to report.
        let _ = attr.parse_nested_meta(|meta| {
            derived |= meta.path.segments.last().is_some_and(|last| last.ident == name);
            Ok(())
        });
    }
    derived
}
