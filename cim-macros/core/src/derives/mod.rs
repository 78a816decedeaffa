//! The traits of std that a macro adds for the author.

mod written;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::fields;
use crate::item::Item;
use crate::scope;

/// A trait of core that can be derived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    Clone,
    Debug,
    PartialEq,
}

impl Derive {
    fn name(self) -> &'static str {
        match self {
            Derive::Clone => "Clone",
            Derive::Debug => "Debug",
            Derive::PartialEq => "PartialEq",
        }
    }
}

/// `#[derive(…)]` of what the author has not derived below our attribute.
///
/// rustc derives it where it cannot fail. Of a part that lacks a trait rustc's derives would say so one
/// by one, though it may only lack `#[value]`: where there may be such a part the derive is [`parts`],
/// which asks for nothing where there is no encoding.
pub(crate) fn missing(
    wanted: &[Derive],
    item: &Item,
    krate: &syn::Path,
    sound: bool,
) -> TokenStream {
    let missing = wanted.iter().filter(|derive| !is_derived(**derive, item.attrs()));
    if sound && item.fields().any(|field| !fields::is_of_std(&field.ty)) {
        let names = missing.map(|derive| format_ident!("Parts{}", derive.name()));
        let elsewhere = (*krate != scope::usual()).then(|| quote!(#[parts(crate = #krate)]));
        return quote! {
            #[derive(#(#krate::code::#names),*)]
            #elsewhere
        };
    }
    let paths = missing.map(|derive| match derive {
        Derive::Clone => quote!(::core::clone::Clone),
        Derive::Debug => quote!(::core::fmt::Debug),
        Derive::PartialEq => quote!(::core::cmp::PartialEq),
    });
    quote!(#[derive(#(#paths),*)])
}

/// Expands `#[derive(PartsClone)]`, which stands only in what our attributes write.
pub fn parts_clone(tokens: TokenStream) -> TokenStream {
    parts(Derive::Clone, tokens)
}

/// Expands `#[derive(PartsDebug)]`.
pub fn parts_debug(tokens: TokenStream) -> TokenStream {
    parts(Derive::Debug, tokens)
}

/// Expands `#[derive(PartsPartialEq)]`.
pub fn parts_partial_eq(tokens: TokenStream) -> TokenStream {
    parts(Derive::PartialEq, tokens)
}

fn parts(derive: Derive, tokens: TokenStream) -> TokenStream {
    let item = match syn::parse2(tokens) {
        Ok(syn::Item::Struct(item)) => Item::Struct(item),
        Ok(syn::Item::Enum(item)) => Item::Enum(item),
        Ok(_) => return TokenStream::new(),
        Err(error) => return error.to_compile_error(),
    };
    let mut diagnostics = Diagnostics::default();
    let attr = item.attrs().iter().find(|attr| attr.path().is_ident("parts"));
    let tokens = match attr.map(|attr| &attr.meta) {
        Some(syn::Meta::List(list)) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let mut arguments = Arguments::parse("parts", tokens);
    let krate = arguments.krate(&mut diagnostics);
    arguments.finish(&mut diagnostics);
    let mistakes = diagnostics.finish();
    let impls = scope::block(&krate, &written::written(derive, &item));
    quote!(#mistakes #impls)
}

fn is_derived(derive: Derive, attrs: &[syn::Attribute]) -> bool {
    let name = derive.name();
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
