//! `#[command(Order)]`: a request to change an aggregate.

mod errors;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::arguments::Arguments;
use crate::derives::{self, Derive};
use crate::diagnostics::Diagnostics;
use crate::fields::Owner;
use crate::item::Item;
use crate::names;
use crate::record::{self, Body};
use crate::scope;

/// Expands `#[command]`.
pub fn command(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let item = Item::structure(&tokens, Owner::Command, errors::wrong_item, &mut diagnostics);
    let expansion = item.map_or(tokens, |item| {
        let mut arguments = Arguments::parse("command", args);
        let machine = arguments.aggregate(item.ident(), &[], &mut diagnostics);
        let krate = arguments.krate(&mut diagnostics);
        arguments.finish(&mut diagnostics);
        expand(&krate, machine.as_ref(), item, diagnostics.is_empty())
    });
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn expand(krate: &syn::Path, machine: Option<&syn::Path>, item: Item, sound: bool) -> TokenStream {
    let derives = derives::missing(&[Derive::Clone, Derive::Debug], &item, krate, sound);
    let fields = match &item {
        Item::Struct(item) if sound => Some(item.fields.clone()),
        _ => None,
    };
    let item = if sound { item } else { item.without_lifetimes() };
    if item.is_generic() {
        return quote!(#derives #item);
    }
    let ident = item.ident();
    let body = fields.as_ref().map_or(Body::Stub, Body::Struct);
    let value = record::value_impl(ident, item.generics(), &body);
    let (real, krate) = (krate, scope::code());
    let name = names::plain(ident);
    let of = match machine {
        // Asked of the command, so that rustc points at it when nobody handles it.
        Some(machine) if sound => {
            let decides = quote!(#krate::Has::<#machine>::MACHINE.does::<#ident>());
            let decider = quote!(#krate::Of<#machine, { #decides }>);
            quote_spanned!(ident.span()=> type Of = #decider;)
        }
        Some(machine) => quote!(type Of = #machine;),
        // If nobody knows whose it is, whoever uses it is right.
        None => quote!(type Of = #krate::Unknown;),
    };
    let impls = quote! {
        #value
        impl #krate::Command for #ident {
            #of
            const NAME: &'static str = #name;
        }
    };
    let impls = scope::block(real, &impls);
    quote! {
        #impls
        #derives
        #item
    }
}
