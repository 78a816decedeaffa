//! `#[event(Order, version = 2, upcast = v1::OrderCancelled, unread)]`: a fact about an aggregate.

mod errors;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use crate::arguments::Arguments;
use crate::derives::{self, Derive};
use crate::diagnostics::Diagnostics;
use crate::fields::{self, Owner};
use crate::names;
use crate::record::{self, Body};

/// What `#[event(…)]` says.
struct Model {
    krate: syn::Path,
    machine: Option<syn::Path>,
    version: Version,
    unread: bool,
}

/// Which version the type is, and how the one before becomes it.
struct Version {
    number: u32,
    upcast: Option<syn::Path>,
}

/// Expands `#[event]`.
pub fn event(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<syn::ItemStruct>(item.clone()) {
        Ok(item) => {
            let model = parse(args, &item, &mut diagnostics);
            fields::no_generics(Owner::Event, &item.generics, &mut diagnostics);
            fields::named(Owner::Event, &item.fields, &mut diagnostics);
            fields::check(Owner::Event, &item.fields, &mut diagnostics);
            expand(&model, &item, diagnostics.is_empty())
        }
        Err(_) => {
            diagnostics.push(errors::wrong_item(&item));
            item
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn parse(args: TokenStream, item: &syn::ItemStruct, diagnostics: &mut Diagnostics) -> Model {
    let mut arguments = Arguments::parse("event", args);
    let machine = arguments.leading_path();
    if machine.is_none() {
        diagnostics.push(errors::no_aggregate(&item.ident));
    }
    let version: Option<syn::LitInt> =
        arguments.value("version", "a whole number from 1, without quotes", diagnostics);
    let upcast: Option<syn::Path> = arguments.value(
        "upcast",
        "the type of the version before, such as `v1::OrderPlaced`",
        diagnostics,
    );
    let unread = arguments.flag("unread", diagnostics);
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    let version = versions(version.as_ref(), upcast, &item.ident, diagnostics);
    Model { krate, machine, version, unread }
}

fn versions(
    version: Option<&syn::LitInt>,
    upcast: Option<syn::Path>,
    ident: &syn::Ident,
    diagnostics: &mut Diagnostics,
) -> Version {
    let number = match version.map(|literal| (literal, literal.base10_parse::<u32>())) {
        None => 1,
        Some((_, Ok(number))) if number > 0 => number,
        Some((literal, _)) => {
            diagnostics.push(errors::version_out_of_range(literal));
            return Version { number: 1, upcast: None };
        }
    };
    match (&upcast, version) {
        (None, Some(literal)) if number > 1 => {
            diagnostics.push(errors::version_without_upcast(literal, ident, number));
        }
        (Some(path), _) if number == 1 => {
            diagnostics.push(errors::upcast_to_the_first(path, ident))
        }
        _ => {}
    }
    Version { number, upcast }
}

fn expand(model: &Model, item: &syn::ItemStruct, sound: bool) -> TokenStream {
    let Model { krate, machine, version, unread } = model;
    let ident = &item.ident;
    let wanted = [Derive::Clone, Derive::Debug, Derive::PartialEq];
    let derives = derives::missing(&wanted, &item.attrs);
    let body = if sound { Body::Struct(&item.fields) } else { Body::Stub };
    let value = record::value_impl(krate, ident, &item.generics, &body);
    // Data that somebody should fold, or none.
    let data = match item.fields.is_empty() || *unread || !sound {
        true => quote!(#krate::event::NoData),
        false => quote!(#krate::event::Data),
    };
    let event = machine.as_ref().map(|machine| event_impl(krate, machine, item, &data, version));
    let chain = version
        .upcast
        .as_ref()
        .filter(|_| sound)
        .map(|before| chain(krate, ident, version, before));
    quote! {
        #derives
        #item
        #value
        #event
        #chain
    }
}

fn event_impl(
    krate: &syn::Path,
    machine: &syn::Path,
    item: &syn::ItemStruct,
    data: &TokenStream,
    version: &Version,
) -> TokenStream {
    let ident = &item.ident;
    let name = names::plain(ident);
    let number = version.number;
    let (impl_generics, type_generics, bounds) = item.generics.split_for_impl();
    let older = version.upcast.as_ref().map(|before| {
        quote! {
            if schema < #number {
                let before = <#before as #krate::event::Event>::decode_schema(schema, from)?;
                return ::core::result::Result::Ok(
                    <#before as #krate::event::UpcastTo<Self>>::upcast(before),
                );
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::event::Event for #ident #type_generics #bounds {
            type Of = #machine;
            type Data = #data;
            const NAME: &'static str = #name;
            const SCHEMA: u32 = #number;

            fn decode_schema(
                schema: u32,
                from: &mut #krate::cbor::Decoder<'_>,
            ) -> ::core::result::Result<Self, #krate::cbor::DecodeError> {
                if schema == #number {
                    return <Self as #krate::cbor::Value>::decode(from);
                }
                #older
                ::core::result::Result::Err(#krate::event::unknown_schema::<Self>(schema, from))
            }
        }
        #[automatically_derived]
        impl #impl_generics #krate::event::EventOf<#machine> for #ident #type_generics #bounds {}
    }
}

/// Asserts that the version before is the one just before, under the same name.
fn chain(
    krate: &syn::Path,
    ident: &syn::Ident,
    version: &Version,
    before: &syn::Path,
) -> TokenStream {
    let name = names::plain(ident);
    let expected = version.number - 1;
    let message = errors::wrong_upcast(&name, expected, &names::shown(&before.to_token_stream()));
    quote! {
        const _: () = ::core::assert!(
            #krate::event::is_version::<#before>(#name, #expected),
            #message
        );
    }
}
