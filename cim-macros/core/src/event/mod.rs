//! `#[event(Order, version = 2, upcast = v1::OrderCancelled, unread)]`: a fact about an aggregate.

mod errors;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::arguments::Arguments;
use crate::derives::{self, Derive};
use crate::diagnostics::Diagnostics;
use crate::fields::Owner;
use crate::item::Item;
use crate::lock::{Lock, StoredEvent};
use crate::names;
use crate::personal;
use crate::pins;
use crate::record::{self, Body};
use crate::scope;

/// What `#[event(…)]` says.
struct Model {
    krate: syn::Path,
    machine: Option<syn::Path>,
    /// Under which name it is stored.
    name: String,
    version: Version,
    unread: bool,
}

/// Which version the type is, and how the one before becomes it.
struct Version {
    number: u32,
    upcast: Option<syn::Path>,
}

/// Expands `#[event]`.
pub fn event(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let item = Item::structure(&tokens, Owner::Event, errors::wrong_item, &mut diagnostics);
    let expansion = item.map_or(tokens, |item| {
        let model = parse(args, item.ident(), &mut diagnostics);
        let locked = compare(&model, &item, &mut diagnostics);
        let sound = diagnostics.is_empty();
        expand(&model, item, sound, &locked)
    });
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn parse(args: TokenStream, ident: &syn::Ident, diagnostics: &mut Diagnostics) -> Model {
    let mut arguments = Arguments::parse("event", args);
    let machine = arguments.aggregate(ident, &["unread"], diagnostics);
    let number: Option<syn::LitInt> =
        arguments.value("version", "a whole number from 1, without quotes", diagnostics);
    let upcast: Option<syn::Path> = arguments.value(
        "upcast",
        &format!("the type of the version before, such as `v1::{ident}`"),
        diagnostics,
    );
    let unread = arguments.flag("unread", diagnostics);
    let pin: Option<syn::LitStr> = arguments.value("name", pins::FORM, diagnostics);
    let pin = pin.filter(|pin| pins::is_stored_name(pin, diagnostics));
    let name = pin.map_or_else(|| names::plain(ident), |pin| pin.value());
    let krate = arguments.krate(diagnostics);
    // Of what could not be read, nothing more is to be said.
    let readable = number.is_some() == arguments.was_given("version")
        && upcast.is_some() == arguments.was_given("upcast");
    arguments.finish(diagnostics);
    let version = match readable {
        true => version(number.as_ref(), upcast, ident, diagnostics),
        false => Version { number: 1, upcast: None },
    };
    Model { krate, machine, name, version, unread }
}

/// Compares the event with the lock, if there is nothing else to be said about it.
fn compare(model: &Model, item: &Item, diagnostics: &mut Diagnostics) -> TokenStream {
    let machine = model.machine.as_ref().and_then(|path| path.segments.last());
    let (Some(machine), Item::Struct(item), true) = (machine, item, diagnostics.is_empty()) else {
        return TokenStream::new();
    };
    let event = StoredEvent {
        machine: &names::plain(&machine.ident),
        name: &model.name,
        version: model.version.number,
        ident: &item.ident,
        fields: &item.fields,
    };
    Lock::of_this_crate().compare_event(&event, diagnostics)
}

fn version(
    literal: Option<&syn::LitInt>,
    upcast: Option<syn::Path>,
    ident: &syn::Ident,
    diagnostics: &mut Diagnostics,
) -> Version {
    let number = match literal.map(|literal| (literal, literal.base10_parse::<u32>())) {
        None => 1,
        Some((_, Ok(number))) if number > 0 => number,
        Some((literal, _)) => {
            diagnostics.push(errors::version_out_of_range(literal));
            return Version { number: 1, upcast: None };
        }
    };
    match (&upcast, literal) {
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

fn expand(model: &Model, item: Item, sound: bool, locked: &TokenStream) -> TokenStream {
    let derives = derives::missing(
        &[Derive::Clone, Derive::Debug, Derive::PartialEq],
        &item,
        &model.krate,
        sound,
    );
    let fields = match &item {
        Item::Struct(item) if sound => Some(item.fields.clone()),
        _ => None,
    };
    let mut item = if sound { item } else { item.without_lifetimes() };
    if let (true, Item::Struct(item)) = (sound, &mut item) {
        personal::document(item);
    }
    if item.is_generic() {
        return quote!(#derives #item);
    }
    let body = fields.as_ref().map_or(Body::Stub, Body::Struct);
    let value = record::value_impl(item.ident(), item.generics(), &body);
    let event = event_impl(model, item.ident(), fields.as_ref());
    let locked = sound.then_some(locked);
    let impls = scope::block(&model.krate, &quote!(#value #event #locked));
    quote! {
        #impls
        #derives
        #item
    }
}

/// `impl Event for OrderPlaced { … }`; without fields, so that nothing is asked of anybody, if the
/// event is not sound.
fn event_impl(model: &Model, ident: &syn::Ident, fields: Option<&syn::Fields>) -> TokenStream {
    let Model { machine, name, version, unread, .. } = model;
    let krate = scope::code();
    let number = version.number;
    let data = match fields {
        Some(fields) if !fields.is_empty() && *unread => quote!(#krate::ForReaders),
        Some(fields) if !fields.is_empty() => quote!(#krate::Data),
        _ => quote!(#krate::NoData),
    };
    let personal = fields.map(personal::fields_of).filter(|personal| !personal.is_empty());
    let personal =
        personal.map(|names| quote!(const PERSONAL: &'static [&'static str] = &[#(#names),*];));
    let upcast = version.upcast.as_ref().filter(|_| fields.is_some());
    let older = upcast.map(|before| decode_older(model, name, before));
    let superseded = upcast.zip(machine.as_ref()).map(|(before, machine)| {
        let span = before.span();
        quote_spanned! {span=>
            impl #krate::Superseded<#machine> for #before {}
        }
    });
    let fingerprint = names::fingerprint(name);
    let is_superseded = match machine.as_ref().filter(|_| fields.is_some()) {
        Some(machine) => quote!({ #krate::Has::<(#ident, #machine)>::SUPERSEDED }),
        None => quote!(false),
    };
    // If nobody knows whose it is, whoever uses it is right.
    let machine = match machine {
        Some(it) if fields.is_some() => {
            quote!(#krate::Of<#it, { #krate::Has::<#it>::MACHINE.acts() }>)
        }
        Some(it) => quote!(#it),
        None => quote!(#krate::Unknown),
    };
    quote! {
        impl #krate::Event for #ident {
            type Of = #machine;
            type Facts = #krate::Facts<#data, #fingerprint, #number>;
            type Age = #krate::Age<#is_superseded>;
            const NAME: &'static str = #name;
            #personal
            #older
        }
        #superseded
    }
}

/// `fn decode_older(…) { …let v1::OrderPlaced read it, and make this of it… }`.
fn decode_older(model: &Model, name: &str, before: &syn::Path) -> TokenStream {
    let krate = scope::code();
    let (fingerprint, expected) = (names::fingerprint(name), model.version.number - 1);
    let is_version = quote!(#krate::IsVersion<Self, #fingerprint, #expected>);
    quote! {
        const BEFORE: #krate::Option<&'static #krate::EventRow> =
            #krate::Some(&<#before as #is_version>::ROW);

        fn decode_older(
            schema: u32,
            from: &mut #krate::Decoder<'_>,
        ) -> #krate::Result<Self, #krate::DecodeError> {
            let before = <#before as #is_version>::decode_before(schema, from)?;
            #krate::Ok(<#before as #krate::UpcastTo<Self>>::upcast(before))
        }
    }
}
