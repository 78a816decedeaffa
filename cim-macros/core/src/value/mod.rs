//! `#[value]`: what may stand inside commands, events and refusals.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::derives::{self, Derive};
use crate::diagnostics::Diagnostics;
use crate::fields::{self, Owner};
use crate::record::{self, Body};

/// Expands `#[value]`.
pub fn value(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut arguments = Arguments::parse("value", args);
    let krate = arguments.krate(&mut diagnostics);
    arguments.finish(&mut diagnostics);
    let expansion = match syn::parse2::<syn::Item>(item.clone()) {
        Ok(syn::Item::Struct(item)) => {
            fields::no_generics(Owner::Value, &item.generics, &mut diagnostics);
            fields::check(Owner::Value, &item.fields, &mut diagnostics);
            let body = if diagnostics.is_empty() { Body::Struct(&item.fields) } else { Body::Stub };
            expand(&krate, &item.ident, &item.generics, &item.attrs, &item, &body)
        }
        Ok(syn::Item::Enum(item)) => {
            fields::no_generics(Owner::Value, &item.generics, &mut diagnostics);
            check_variants(&item, &mut diagnostics);
            let variants = item.variants.iter().collect();
            let body = if diagnostics.is_empty() { Body::Enum(variants) } else { Body::Stub };
            expand(&krate, &item.ident, &item.generics, &item.attrs, &item, &body)
        }
        Ok(other) => {
            diagnostics.push(errors::wrong_item(&other));
            item
        }
        Err(error) => {
            diagnostics.push_syntax(error);
            item
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn check_variants(item: &syn::ItemEnum, diagnostics: &mut Diagnostics) {
    if item.variants.is_empty() {
        diagnostics.push(errors::no_variants(&item.ident));
    }
    for variant in &item.variants {
        if let Some(cfg) = variant.attrs.iter().find(|attr| fields::is_cfg(attr)) {
            diagnostics.push(errors::conditional_variant(cfg));
        }
        fields::check(Owner::Value, &variant.fields, diagnostics);
    }
}

fn expand(
    krate: &syn::Path,
    ident: &syn::Ident,
    generics: &syn::Generics,
    attrs: &[syn::Attribute],
    item: &dyn quote::ToTokens,
    body: &Body<'_>,
) -> TokenStream {
    let derives = derives::missing(&[Derive::Clone, Derive::Debug, Derive::PartialEq], attrs);
    let value = record::value_impl(krate, ident, generics, body);
    quote! {
        #derives
        #item
        #value
    }
}
