//! `#[personal]`: a field of an event that identifies a person.
//!
//! It is a fact about the event, and so stands on events alone: commands are not stored, and whether
//! a value identifies somebody depends on the event it is a part of.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::fields::Owner;
use crate::pins;

/// Checks where `#[personal]` stands among these fields.
pub(crate) fn check_fields(owner: Owner, fields: &syn::Fields, diagnostics: &mut Diagnostics) {
    for field in fields {
        check(owner, &field.attrs, diagnostics);
    }
}

/// Checks that no variant of a value is marked: not even its fields may be.
pub(crate) fn check_variants(item: &syn::ItemEnum, diagnostics: &mut Diagnostics) {
    for variant in &item.variants {
        check(Owner::Value, &variant.attrs, diagnostics);
    }
}

fn check(owner: Owner, attrs: &[syn::Attribute], diagnostics: &mut Diagnostics) {
    let mut marks = attrs.iter().filter(|attr| is_mark(attr));
    let Some(mark) = marks.next() else { return };
    match owner {
        Owner::Event if matches!(mark.meta, syn::Meta::Path(_)) => {
            marks.for_each(|again| diagnostics.push(marked_twice(again)));
        }
        Owner::Event => diagnostics.push(with_arguments(mark)),
        Owner::Command => diagnostics.push(not_kept(mark)),
        Owner::Aggregate => diagnostics.push(folded(mark)),
        Owner::Value => diagnostics.push(part_of_an_event(mark)),
    }
}

/// The names under which an event's personal fields are stored, in the order of the struct.
pub(crate) fn fields_of(fields: &syn::Fields) -> Vec<String> {
    let personal = fields.iter().filter(|field| field.attrs.iter().any(is_mark));
    let named = personal.filter_map(|field| Some((&field.attrs, field.ident.as_ref()?)));
    named.map(|(attrs, ident)| pins::stored_name(attrs, ident)).collect()
}

/// Says in the documentation of an event which of its fields are personal, behind what its author
/// says.
pub(crate) fn document(item: &mut syn::ItemStruct) {
    let fields = fields_of(&item.fields);
    if !fields.is_empty() {
        let names: Vec<_> = fields.iter().map(|name| format!("`{name}`")).collect();
        let text = format!("\n# Personal\n\nIdentifies a person: {}.", names.join(", "));
        item.attrs.push(syn::parse_quote!(#[doc = #text]));
    }
}

/// Takes the marks off an item: rustc does not know them.
pub(crate) fn strip(attrs: &mut Vec<syn::Attribute>) {
    attrs.retain(|attr| !is_mark(attr));
}

fn is_mark(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("personal")
}

/// Expands `#[personal]` where no event has taken it away.
pub fn personal(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(outside_an_event());
    let mistakes = diagnostics.finish();
    quote!(#mistakes #item)
}

fn outside_an_event() -> Diagnostic {
    Diagnostic::at(
        &TokenStream::new(),
        "`#[personal]` stands on something that is no field of an event",
    )
    .help(
        "write it inside of a struct with `#[event(…)]`, above each field that identifies a person",
    )
}

fn marked_twice(mark: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(mark, "the field is marked as personal twice").help("remove this `#[personal]`")
}

fn with_arguments(mark: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(
        mark,
        "`#[personal]` takes no arguments: a field identifies a person, or it does not",
    )
    .help("write `#[personal]`")
}

fn not_kept(mark: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(mark, "a field of a command cannot be personal: commands are not stored")
        .help("write `#[personal]` on the field of the event that keeps it")
}

fn folded(mark: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(mark, "a field of an aggregate cannot be personal: it is folded from events")
        .help("write `#[personal]` on the field of the event that it comes from")
}

fn part_of_an_event(mark: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(mark, "a part of a value cannot be personal: that depends on the event it is in")
        .note("a field of an event is kept as a whole, so that whoever is forgotten is forgotten as a whole")
        .help("write `#[personal]` on the field of the event that holds the value")
}
