//! Pins: `#[stored(name = "lines")]` keeps the name under which a field or a variant is stored when
//! its Rust name changes.

use proc_macro2::TokenStream;

use crate::arguments::Arguments;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::fields::Owner;
use crate::names;

/// The name under which a field or a variant is stored: that of its pin, or its own.
pub(crate) fn stored_name(attrs: &[syn::Attribute], ident: &syn::Ident) -> String {
    let mut told = Diagnostics::default();
    let pin = attrs.iter().find(|attr| is_pin(attr));
    let pinned = pin.and_then(|attr| read(attr, &mut told));
    // Its mistakes were reported where it was checked.
    let _ = told.finish();
    pinned.map_or_else(|| names::plain(ident), |literal| literal.value())
}

/// Checks the pins of fields.
pub(crate) fn check_fields(owner: Owner, fields: &syn::Fields, diagnostics: &mut Diagnostics) {
    for pin in fields.iter().flat_map(|field| &field.attrs).filter(|attr| is_pin(attr)) {
        match (owner, fields) {
            (Owner::Command | Owner::Aggregate, _) => diagnostics.push(not_stored(pin, owner)),
            (Owner::Value, syn::Fields::Unnamed(_)) => diagnostics.push(no_name(pin)),
            _ => {}
        }
    }
    if let (Owner::Event | Owner::Value, syn::Fields::Named(fields)) = (owner, fields) {
        let named = fields.named.iter();
        let named = named.filter_map(|field| Some((&*field.attrs, field.ident.as_ref()?)));
        check(&named.collect::<Vec<_>>(), diagnostics);
    }
}

/// Checks the pins of variants.
pub(crate) fn check_variants(item: &syn::ItemEnum, diagnostics: &mut Diagnostics) {
    let variants = item.variants.iter().map(|variant| (&*variant.attrs, &variant.ident));
    check(&variants.collect::<Vec<_>>(), diagnostics);
}

/// Checks the pins of what stands side by side.
fn check(named: &[(&[syn::Attribute], &syn::Ident)], diagnostics: &mut Diagnostics) {
    let stored: Vec<_> = named.iter().map(|(attrs, ident)| stored_name(attrs, ident)).collect();
    for (index, (attrs, ident)) in named.iter().enumerate() {
        let mut pins = attrs.iter().filter(|attr| is_pin(attr));
        let Some(literal) = pins.next().and_then(|pin| read(pin, diagnostics)) else { continue };
        for again in pins {
            diagnostics.push(pinned_twice(again, ident));
        }
        // Of two pins, the second repeats the first.
        let is_repeated = |&other: &usize| {
            let comes_first = other < index || !named[other].0.iter().any(is_pin);
            other != index && comes_first && stored[other] == stored[index]
        };
        if let Some(other) = (0..named.len()).find(is_repeated) {
            diagnostics.push(stored_twice(&literal, named[other].1));
        }
    }
}

/// The name in a pin, if it can be one.
fn read(pin: &syn::Attribute, diagnostics: &mut Diagnostics) -> Option<syn::LitStr> {
    let tokens = match &pin.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let mut arguments = Arguments::parse("stored", tokens);
    let literal = arguments.value("name", FORM, diagnostics);
    let told = arguments.was_given("name") || arguments.has_more();
    arguments.finish(diagnostics);
    if !told {
        diagnostics.push(empty_pin(pin));
    }
    literal.filter(|literal| is_stored_name(literal, diagnostics))
}

/// What the name in a pin looks like, for the sentences.
pub(crate) const FORM: &str = "a name in quotes, such as `\"lines\"`";

/// Checks that a text could be the name of a type or a field: it was one when it was first stored.
pub(crate) fn is_stored_name(literal: &syn::LitStr, diagnostics: &mut Diagnostics) -> bool {
    let name = literal.value();
    let sound =
        !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    if !sound {
        diagnostics.push(not_a_name(literal));
    }
    sound
}

/// Takes the pins off an item: rustc does not know them.
pub(crate) fn strip(attrs: &mut Vec<syn::Attribute>) {
    attrs.retain(|attr| !is_pin(attr));
}

fn is_pin(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("stored")
}

fn empty_pin(pin: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(pin, "`#[stored]` does not say under which name")
        .help("write `#[stored(name = \"…\")]`, with the name that the lock has")
}

fn not_a_name(literal: &syn::LitStr) -> Diagnostic {
    let name = literal.value();
    Diagnostic::at(literal, format!("nothing was ever stored under the name `{name}`"))
        .help("write the name that it had in Rust: letters, digits, and `_`")
}

fn pinned_twice(pin: &syn::Attribute, ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(pin, format!("`{ident}` has two stored names")).help("keep one of them")
}

fn stored_twice(literal: &syn::LitStr, other: &syn::Ident) -> Diagnostic {
    let name = literal.value();
    Diagnostic::at(literal, format!("`{other}` is stored as `{name}`, too"))
        .note("what is read back could not be told apart")
        .help(format!("give `{other}` the name that it is stored under, or remove this one"))
}

fn no_name(pin: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(pin, "a field without a name is stored without a name")
        .help("remove `#[stored]`: the field may be called anything, or nothing")
}

fn not_stored(pin: &syn::Attribute, owner: Owner) -> Diagnostic {
    let noun = owner.noun();
    Diagnostic::at(pin, format!("the fields of {noun} have no stored names to keep"))
        .note("events are kept for ever, and what is in them")
        .help("remove `#[stored]`")
}
