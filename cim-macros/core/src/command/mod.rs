//! `#[command(Order)]`: a request to change an aggregate.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::derives::{self, Derive};
use crate::diagnostics::Diagnostics;
use crate::fields::{self, Owner};
use crate::names;
use crate::record::{self, Body};

/// Expands `#[command]`.
pub fn command(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut arguments = Arguments::parse("command", args);
    let machine = arguments.leading_path();
    let krate = arguments.krate(&mut diagnostics);
    arguments.finish(&mut diagnostics);
    let expansion = match syn::parse2::<syn::ItemStruct>(item.clone()) {
        Ok(item) => {
            if machine.is_none() {
                diagnostics.push(errors::no_aggregate(&item.ident));
            }
            fields::no_generics(Owner::Command, &item.generics, &mut diagnostics);
            fields::named(Owner::Command, &item.fields, &mut diagnostics);
            fields::check(Owner::Command, &item.fields, &mut diagnostics);
            expand(&krate, machine.as_ref(), &item, diagnostics.is_empty())
        }
        Err(_) => {
            diagnostics.push(errors::wrong_item(&item));
            item
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn expand(
    krate: &syn::Path,
    machine: Option<&syn::Path>,
    item: &syn::ItemStruct,
    sound: bool,
) -> TokenStream {
    let ident = &item.ident;
    let name = names::plain(ident);
    let derives = derives::missing(&[Derive::Clone, Derive::Debug], &item.attrs);
    let body = if sound { Body::Struct(&item.fields) } else { Body::Stub };
    let value = record::value_impl(krate, ident, &item.generics, &body);
    let (impl_generics, type_generics, bounds) = item.generics.split_for_impl();
    let of = machine.map(|machine| {
        quote! {
            #[automatically_derived]
            impl #impl_generics #krate::machine::Command for #ident #type_generics #bounds {
                type Of = #machine;
                const NAME: &'static str = #name;
            }
            #[automatically_derived]
            impl #impl_generics #krate::machine::CommandOf<#machine> for #ident #type_generics #bounds {}
        }
    });
    // Asked of the command, so that rustc points at it when nobody handles it.
    let handled = machine.filter(|_| sound).map(|machine| {
        quote! {
            const _: () = {
                let _ = <#ident as #krate::machine::HandledBy<#machine>>::OK;
            };
        }
    });
    quote! {
        #derives
        #item
        #value
        #of
        #handled
    }
}
