//! Rules that hold for the fields of everything that is encoded.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::item::is_lifetime;
use crate::names;
use crate::pins;

/// What the fields belong to, for the sentences.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Aggregate,
    Command,
    Event,
    Value,
}

impl Owner {
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Owner::Aggregate => "an aggregate",
            Owner::Command => "a command",
            Owner::Event => "an event",
            Owner::Value => "a value",
        }
    }

    /// What happens to it, for which it must have one shape.
    fn fate(self) -> &'static str {
        match self {
            Owner::Command => "sent",
            Owner::Aggregate | Owner::Event | Owner::Value => "stored",
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
pub(crate) fn no_generics(
    owner: Owner,
    generics: &syn::Generics,
    fields: &syn::Fields,
    diagnostics: &mut Diagnostics,
) {
    // A lifetime is there for the sake of a field that borrows, which is reported there.
    let borrows = fields.iter().any(|field| reference_in(&field.ty).is_some());
    let told = borrows && generics.params.iter().all(is_lifetime);
    if !generics.params.is_empty() && !told {
        diagnostics.push(generic(owner, generics));
    }
}

/// Checks each field of the encoded type `ident`.
pub(crate) fn check(
    owner: Owner,
    ident: &syn::Ident,
    fields: &syn::Fields,
    diagnostics: &mut Diagnostics,
) {
    pins::check_fields(owner, fields, diagnostics);
    for field in fields {
        let is_owner = |ty: &syn::Type| match ty {
            syn::Type::Path(path) if path.path.is_ident(ident) || path.path.is_ident("Self") => {
                Some(recursive(ty, ident))
            }
            _ => None,
        };
        if let Some(diagnostic) = find(&field.ty, &is_owner) {
            diagnostics.push(diagnostic);
        }
        if let Some(cfg) = field.attrs.iter().find(|attr| is_cfg(attr)) {
            diagnostics.push(conditional(owner, cfg));
        }
        if let Some(reference) = reference_in(&field.ty) {
            diagnostics.push(borrowed(owner, reference));
        }
        if let Some(diagnostic) = find(&field.ty, &unstorable) {
            diagnostics.push(diagnostic);
        }
    }
}

/// Checks that the fields of a command or an event have names, which are what is stored. A value
/// of one field may be a new type around it, and an aggregate is nobody else's to read.
pub(crate) fn named(owner: Owner, fields: &syn::Fields, diagnostics: &mut Diagnostics) {
    if let (Owner::Command | Owner::Event, syn::Fields::Unnamed(fields)) = (owner, fields) {
        diagnostics.push(unnamed(owner, fields));
    }
}

pub(crate) fn is_cfg(attr: &syn::Attribute) -> bool {
    attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr")
}

fn reference_in(ty: &syn::Type) -> Option<&syn::TypeReference> {
    find(ty, &|ty| match ty {
        syn::Type::Reference(reference) => Some(reference),
        _ => None,
    })
}

/// What `wanted` finds first, in a type or in the types that it is made of.
fn find<'a, T>(ty: &'a syn::Type, wanted: &impl Fn(&'a syn::Type) -> Option<T>) -> Option<T> {
    if let Some(found) = wanted(ty) {
        return Some(found);
    }
    match ty {
        syn::Type::Group(group) => find(&group.elem, wanted),
        syn::Type::Paren(paren) => find(&paren.elem, wanted),
        syn::Type::Array(array) => find(&array.elem, wanted),
        syn::Type::Slice(slice) => find(&slice.elem, wanted),
        syn::Type::Tuple(tuple) => tuple.elems.iter().find_map(|ty| find(ty, wanted)),
        syn::Type::Path(path) => arguments(path).find_map(|ty| find(ty, wanted)),
        _ => None,
    }
}

/// The types between the angle brackets of a path's last segment.
fn arguments(path: &syn::TypePath) -> impl Iterator<Item = &syn::Type> {
    let last = path.path.segments.last().map(|segment| &segment.arguments);
    let arguments = match last {
        Some(syn::PathArguments::AngleBracketed(arguments)) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether the type is one of std's by its name, or made of such, and so has whatever is derived.
pub(crate) fn is_of_std(ty: &syn::Type) -> bool {
    const NAMES: [&str; 18] = [
        "bool",
        "u8",
        "u16",
        "u32",
        "u64",
        "i8",
        "i16",
        "i32",
        "i64",
        "f64",
        "String",
        "Option",
        "Vec",
        "Box",
        "BTreeMap",
        "BTreeSet",
        "Uuid",
        "Timestamp",
    ];
    match ty {
        syn::Type::Group(group) => is_of_std(&group.elem),
        syn::Type::Paren(paren) => is_of_std(&paren.elem),
        syn::Type::Array(array) => is_of_std(&array.elem),
        syn::Type::Tuple(tuple) => tuple.elems.iter().all(is_of_std),
        syn::Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
                && arguments(path).all(is_of_std)
        }
        _ => false,
    }
}

/// Why a type has no canonical encoding, of those that everybody knows by name. Of all others rustc
/// tells.
fn unstorable(ty: &syn::Type) -> Option<Diagnostic> {
    let syn::Type::Path(path) = ty else { return None };
    if path.path.is_ident("usize") || path.path.is_ident("isize") {
        return Some(sized_by_the_machine(ty));
    }
    if path.path.is_ident("f32") {
        return Some(short_float(ty));
    }
    if path.path.is_ident("u128") || path.path.is_ident("i128") {
        return Some(long_number(ty));
    }
    if path.path.is_ident("char") {
        return Some(single_letter(ty));
    }
    let is_option = |path: &syn::TypePath| {
        path.path.segments.last().is_some_and(|last| last.ident == "Option")
            && arguments(path).count() == 1
    };
    let holds_option =
        |path| arguments(path).any(|ty| matches!(ty, syn::Type::Path(path) if is_option(path)));
    (is_option(path) && holds_option(path)).then(|| option_of_option(ty))
}

fn generic(owner: Owner, generics: &syn::Generics) -> Diagnostic {
    let (noun, fate, attribute) = (owner.noun(), owner.fate(), owner.attribute());
    Diagnostic::at(
        generics,
        format!("{noun} cannot be generic: what is {fate} must have one shape"),
    )
    .help(format!("write one `#[{attribute}]` type for each concrete type"))
}

fn conditional(owner: Owner, cfg: &syn::Attribute) -> Diagnostic {
    let noun = owner.noun();
    Diagnostic::at(cfg, format!("a field of {noun} cannot depend on features"))
        .note("one build of the program could not read what another has written")
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
    Diagnostic::at(
        reference,
        format!("{noun} cannot hold a reference: it outlives whatever it borrows from"),
    )
    .help(format!("store an owned value, such as `{owned}` instead of `{found}`"))
}

fn unnamed(owner: Owner, fields: &syn::FieldsUnnamed) -> Diagnostic {
    let (noun, fate) = (owner.noun(), owner.fate());
    Diagnostic::at(fields, format!("the fields of {noun} need names: they are {fate} under them"))
        .help("write `{ pub name: Type }`")
}

fn recursive(ty: &syn::Type, ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ty, format!("`{ident}` contains itself: its shape would have no end")).help(
        "keep the parts in one `Vec`, and let them refer to each other by their index or their id",
    )
}

fn sized_by_the_machine(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    let fixed = if found == "usize" { "u64" } else { "i64" };
    Diagnostic::at(
        ty,
        format!("`{found}` has no encoding: its size differs from machine to machine"),
    )
    .help(format!("use `{fixed}`"))
}

fn short_float(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(ty, "`f32` has no encoding: every float is written as an `f64`")
        .help("use `f64`; for money and the like, count whole cents in a `u64`")
}

fn long_number(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    let short = if found == "u128" { "u64" } else { "i64" };
    Diagnostic::at(
        ty,
        format!("`{found}` has no encoding: DAG-CBOR's whole numbers end at 64 bits"),
    )
    .help(format!("use `{short}`, or a `Uuid` for an id"))
}

fn single_letter(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(ty, "`char` has no encoding: DAG-CBOR has texts, and no single letters")
        .help("use `String`")
}

fn option_of_option(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(
        ty,
        "an `Option` of an `Option` has no encoding: `None` and `Some(None)` would be one null",
    )
    .help("use a `#[value]` enum with a variant for each case")
}
