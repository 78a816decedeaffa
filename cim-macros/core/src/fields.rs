//! Rules that hold for the fields of everything that is encoded.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::names;

/// What the fields belong to, for the sentences.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Aggregate,
    Command,
    Event,
    Value,
}

impl Owner {
    fn noun(self) -> &'static str {
        match self {
            Owner::Aggregate => "an aggregate",
            Owner::Command => "a command",
            Owner::Event => "an event",
            Owner::Value => "a value",
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Owner::Aggregate => "aggregate",
            Owner::Command => "command",
            Owner::Event => "event",
            Owner::Value => "value",
        }
    }
}

/// Checks the generics of an encoded type.
pub(crate) fn no_generics(owner: Owner, generics: &syn::Generics, diagnostics: &mut Diagnostics) {
    if !generics.params.is_empty() {
        diagnostics.push(generic(owner, generics));
    }
}

/// Checks each field of an encoded type.
pub(crate) fn check(owner: Owner, fields: &syn::Fields, diagnostics: &mut Diagnostics) {
    for field in fields {
        if let Some(cfg) = field.attrs.iter().find(|attr| is_cfg(attr)) {
            diagnostics.push(conditional(owner, cfg));
        }
        if let Some(reference) = reference_in(&field.ty) {
            diagnostics.push(borrowed(owner, reference));
        }
    }
}

/// Checks that fields have names, which are what is stored.
pub(crate) fn named(owner: Owner, fields: &syn::Fields, diagnostics: &mut Diagnostics) {
    if let syn::Fields::Unnamed(fields) = fields {
        diagnostics.push(unnamed(owner, fields));
    }
}

pub(crate) fn is_cfg(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")
}

fn reference_in(ty: &syn::Type) -> Option<&syn::TypeReference> {
    match ty {
        syn::Type::Reference(reference) => Some(reference),
        syn::Type::Group(group) => reference_in(&group.elem),
        syn::Type::Paren(paren) => reference_in(&paren.elem),
        syn::Type::Tuple(tuple) => tuple.elems.iter().find_map(reference_in),
        syn::Type::Path(path) => {
            let last = path.path.segments.last()?;
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => reference_in(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

fn generic(owner: Owner, generics: &syn::Generics) -> Diagnostic {
    let (noun, attribute) = (owner.noun(), owner.attribute());
    Diagnostic::at(
        generics,
        format!("{noun} cannot be generic: what is stored must have one shape"),
    )
    .help(format!("write one `#[{attribute}]` type for each concrete type"))
}

fn conditional(owner: Owner, cfg: &syn::Attribute) -> Diagnostic {
    let noun = owner.noun();
    Diagnostic::at(cfg, format!("a field of {noun} cannot depend on features"))
        .note("two builds of the program would write different bytes for the same fact")
        .help("make the field an `Option`, or write two types")
}

fn borrowed(owner: Owner, reference: &syn::TypeReference) -> Diagnostic {
    let noun = owner.noun();
    let found = names::shown(reference);
    let owned = match &*reference.elem {
        syn::Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        syn::Type::Slice(slice) => format!("Vec<{}>", names::shown(&slice.elem)),
        other => names::shown(other),
    };
    Diagnostic::at(reference, format!("{noun} is stored and cannot hold a reference"))
        .help(format!("store an owned value, such as `{owned}` instead of `{found}`"))
}

fn unnamed(owner: Owner, fields: &syn::FieldsUnnamed) -> Diagnostic {
    let noun = owner.noun();
    Diagnostic::at(fields, format!("the fields of {noun} need names: names are what is stored"))
        .help("write `{ pub name: Type }`")
}
