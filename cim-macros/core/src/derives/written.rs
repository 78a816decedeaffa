//! The traits of std, written out.
//!
//! ```text
//! impl Clone for OrderPlaced {
//!     fn clone(&self) -> Self {
//!         match self {
//!             Self { lines: a_0 } => Self { lines: <Vec<Line> as Part<…>>::copied(a_0) },
//!         }
//!     }
//! }
//! ```

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Derive;
use crate::item::Item;
use crate::names;
use crate::scope;

/// The struct, or one variant of the enum.
struct Case<'a> {
    path: TokenStream,
    ident: &'a syn::Ident,
    fields: &'a syn::Fields,
}

pub(super) fn written<'a>(derive: Derive, item: &'a Item) -> TokenStream {
    let krate = scope::code();
    let ident = item.ident();
    let cases: Vec<Case<'_>> = match item {
        Item::Struct(item) => vec![Case { path: quote!(Self), ident, fields: &item.fields }],
        Item::Enum(item) => {
            let case = |variant: &'a syn::Variant| {
                let (ident, fields) = (&variant.ident, &variant.fields);
                Case { path: quote!(Self::#ident), ident, fields }
            };
            item.variants.iter().map(case).collect()
        }
    };
    match derive {
        Derive::Clone => {
            let arms = cases.iter().map(Case::copied);
            quote! {
                #[automatically_derived]
                impl #krate::Clone for #ident {
                    fn clone(&self) -> Self {
                        match self { #(#arms)* }
                    }
                }
            }
        }
        Derive::PartialEq => {
            let arms = cases.iter().map(Case::is_same);
            let others = (cases.len() > 1).then(|| quote!(_ => false,));
            quote! {
                #[automatically_derived]
                impl #krate::PartialEq for #ident {
                    fn eq(&self, other: &Self) -> bool {
                        match (self, other) { #(#arms)* #others }
                    }
                }
            }
        }
        Derive::Debug => {
            let arms = cases.iter().map(Case::shown);
            quote! {
                #[automatically_derived]
                impl #krate::Debug for #ident {
                    fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                        match self { #(#arms)* }
                    }
                }
            }
        }
    }
}

impl Case<'_> {
    fn copied(&self) -> TokenStream {
        let (pattern, bound, parts) = (self.pattern("a"), self.bound("a"), self.parts());
        let copies = bound.iter().zip(&parts).map(|(a, part)| quote!(#part::copied(#a)));
        let copy = self.expression(copies.collect());
        quote!(#pattern => #copy,)
    }

    fn is_same(&self) -> TokenStream {
        let (a, b, parts) = (self.bound("a"), self.bound("b"), self.parts());
        let (left, right) = (self.pattern("a"), self.pattern("b"));
        if parts.is_empty() {
            return quote!((#left, #right) => true,);
        }
        quote!((#left, #right) => #(#parts::is_same(#a, #b))&&*,)
    }

    fn shown(&self) -> TokenStream {
        let (pattern, bound, parts) = (self.pattern("a"), self.bound("a"), self.parts());
        let name = names::plain(self.ident);
        let shown = match self.fields {
            syn::Fields::Named(fields) => {
                let names = fields.named.iter().filter_map(|field| field.ident.as_ref());
                let names = names.map(names::plain);
                quote!(f.debug_struct(#name)#(.field(#names, #parts::shown(#bound)))*.finish())
            }
            syn::Fields::Unnamed(_) => {
                quote!(f.debug_tuple(#name)#(.field(#parts::shown(#bound)))*.finish())
            }
            syn::Fields::Unit => quote!(f.write_str(#name)),
        };
        quote!(#pattern => #shown,)
    }

    /// A pattern that binds each field, by a letter and its number: one may be called `f`.
    fn pattern(&self, letter: &str) -> TokenStream {
        let bound = self.bound(letter).into_iter().map(|bound| quote!(#bound));
        self.expression(bound.collect())
    }

    fn bound(&self, letter: &str) -> Vec<syn::Ident> {
        (0..self.fields.len()).map(|i| format_ident!("{letter}_{i}")).collect()
    }

    /// The case with these in the places of its fields.
    fn expression(&self, values: Vec<TokenStream>) -> TokenStream {
        let path = &self.path;
        match self.fields {
            syn::Fields::Named(fields) => {
                let names = fields.named.iter().map(|field| &field.ident);
                quote!(#path { #(#names: #values),* })
            }
            syn::Fields::Unnamed(_) => quote!(#path(#(#values),*)),
            syn::Fields::Unit => quote!(#path),
        }
    }

    /// What each field is asked through.
    fn parts(&self) -> Vec<TokenStream> {
        let krate = scope::code();
        let types = self.fields.iter().map(|field| &field.ty);
        types.map(|ty| quote!(<#ty as #krate::Part<{ #krate::Has::<#ty>::ENCODING }>>)).collect()
    }
}
