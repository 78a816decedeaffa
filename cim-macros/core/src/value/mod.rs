//! `#[value]`: what may stand inside commands, events and refusals.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::derives::{self, Derive};
use crate::diagnostics::Diagnostics;
use crate::fields::{self, Owner};
use crate::item::{self, Item};
use crate::personal;
use crate::pins;
use crate::record::{self, Body};
use crate::scope;

/// Expands `#[value]`.
pub fn value(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut arguments = Arguments::parse("value", args);
    let krate = arguments.krate(&mut diagnostics);
    arguments.finish(&mut diagnostics);
    let expansion = match syn::parse2::<syn::Item>(tokens.clone()) {
        Ok(syn::Item::Struct(item)) => {
            fields::no_generics(Owner::Value, &item.generics, &item.fields, &mut diagnostics);
            fields::check(Owner::Value, &item.fields, &mut diagnostics);
            if let syn::Fields::Unnamed(_) = item.fields {
                fields::not_recursive(Owner::Value, &item.ident, &item.fields, &mut diagnostics);
            }
            expand(&krate, Item::Struct(item), diagnostics.is_empty())
        }
        Ok(syn::Item::Enum(item)) => {
            let all = item.variants.iter().flat_map(|variant| &variant.fields);
            let all = syn::Fields::Unnamed(syn::FieldsUnnamed {
                paren_token: syn::token::Paren::default(),
                unnamed: all.cloned().collect(),
            });
            fields::no_generics(Owner::Value, &item.generics, &all, &mut diagnostics);
            check_variants(&item, &mut diagnostics);
            expand(&krate, Item::Enum(item), diagnostics.is_empty())
        }
        Ok(_) => {
            diagnostics.push(errors::wrong_item(&item::head(&tokens)));
            tokens
        }
        Err(error) => {
            diagnostics.push_syntax(error);
            tokens
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn check_variants(item: &syn::ItemEnum, diagnostics: &mut Diagnostics) {
    if item.variants.is_empty() {
        diagnostics.push(errors::no_variants(&item.ident));
    }
    pins::check_variants(item, diagnostics);
    personal::check_variants(item, diagnostics);
    for variant in &item.variants {
        if let Some(cfg) = variant.attrs.iter().find(|attr| fields::is_cfg(attr)) {
            diagnostics.push(errors::conditional_variant(cfg));
        }
        fields::check(Owner::Value, &variant.fields, diagnostics);
    }
}

fn expand(krate: &syn::Path, item: Item, sound: bool) -> TokenStream {
    let wanted = [Derive::Clone, Derive::Debug, Derive::PartialEq];
    let derives = derives::missing(&wanted, &item, krate, sound);
    let item = if sound { item } else { item.without_lifetimes() };
    let body = match &item {
        _ if !sound => Body::Stub,
        Item::Struct(item) => Body::Struct(&item.fields),
        Item::Enum(item) => Body::Enum(item.variants.iter().collect()),
    };
    let ident = item.ident();
    let value = record::value_impl(ident, item.generics(), &body);
    let (real, krate) = (krate, scope::code());
    let refusal = (!item.is_generic()).then(|| {
        quote! {
            #[automatically_derived]
            impl #krate::Refusal for #ident {}
        }
    });
    let impls = scope::block(real, &quote!(#value #refusal));
    quote! {
        #impls
        #derives
        #item
    }
}
