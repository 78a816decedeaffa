//! `#[derive(Settings)]`: what a policy can be told by whoever runs the program.

mod errors;
mod expand;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::listener::ungrouped;
use crate::names;

/// Expands `#[derive(Settings)]`.
pub fn settings(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<syn::DeriveInput>(item) {
        Ok(input) => {
            let krate = Arguments::krate_of_derive("settings", &input.attrs, &mut diagnostics);
            let settings = settings_of(&input, &mut diagnostics);
            match diagnostics.is_empty() {
                true => expand::expand(&krate, &input.ident, &settings),
                // Of a generic type no impl is right for all.
                false if !input.generics.params.is_empty() => TokenStream::new(),
                false => expand::stub(&krate, &input.ident),
            }
        }
        Err(error) => {
            diagnostics.push_syntax(error);
            TokenStream::new()
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

/// A field, and what is said of it.
struct Setting {
    field: syn::Ident,
    ty: syn::Type,
    /// None for an `Option` that is not set.
    default: Option<syn::Expr>,
    min: Option<syn::Expr>,
    max: Option<syn::Expr>,
}

fn settings_of(input: &syn::DeriveInput, diagnostics: &mut Diagnostics) -> Vec<Setting> {
    let ident = &input.ident;
    let syn::Data::Struct(data) = &input.data else {
        diagnostics.push(errors::not_a_struct(ident));
        return Vec::new();
    };
    if !input.generics.params.is_empty() {
        diagnostics.push(errors::generic(&input.generics));
    }
    match &data.fields {
        syn::Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
            diagnostics.push(errors::unnamed(fields));
            Vec::new()
        }
        syn::Fields::Named(fields) if !fields.named.is_empty() => {
            fields.named.iter().filter_map(|field| setting(field, diagnostics)).collect()
        }
        _ => {
            diagnostics.push(errors::nothing_to_set(ident));
            Vec::new()
        }
    }
}

fn setting(field: &syn::Field, diagnostics: &mut Diagnostics) -> Option<Setting> {
    let ident = field.ident.clone()?;
    if !names::is_subject_token(&names::plain(&ident)) {
        diagnostics.push(errors::not_a_key(&ident));
    }
    let mut arguments = Arguments::of_derive("setting", &field.attrs, "default = …", diagnostics);
    let what = "a value of the field's type, such as `30`";
    let default = arguments.value("default", what, diagnostics);
    let min = arguments.value("min", what, diagnostics);
    let max = arguments.value("max", what, diagnostics);
    // A key that is misspelt may be the one that is missing.
    let told = arguments.was_given("default") || arguments.has_more();
    arguments.finish(diagnostics);
    if !told && last_name(&field.ty).is_none_or(|name| name != "Option") {
        diagnostics.push(errors::no_default(&ident));
    }
    if last_name(&field.ty).is_some_and(|name| name == "String" || name == "bool") {
        for limit in [&min, &max].into_iter().flatten() {
            diagnostics.push(errors::limits_of_no_number(limit, &field.ty));
        }
    }
    Some(Setting { field: ident, ty: field.ty.clone(), default, min, max })
}

fn last_name(ty: &syn::Type) -> Option<&syn::Ident> {
    match ungrouped(ty) {
        syn::Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}
