//! Rules that hold for the fields of everything that is encoded.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::item::is_lifetime;
use crate::names;
use crate::personal;
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

/// Whether this is the type `ident` itself, as it is written among its own fields.
pub(crate) fn is_itself(ty: &syn::Type, ident: &syn::Ident) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    path.path.is_ident(ident) || path.path.is_ident("Self")
}

/// Where the type `ident` stands in the type of one of its fields.
pub(crate) fn itself_in<'a>(ty: &'a syn::Type, ident: &syn::Ident) -> Option<&'a syn::Type> {
    find(ty, &|ty| is_itself(ty, ident).then_some(ty))
}

/// The type of a field with another one wherever `ident` stands for itself.
pub(crate) fn with_itself(ty: syn::Type, ident: &syn::Ident, other: &syn::Type) -> syn::Type {
    if is_itself(&ty, ident) {
        return other.clone();
    }
    let replaced = |ty: &mut syn::Type| *ty = with_itself(ty.clone(), ident, other);
    let mut ty = ty;
    match &mut ty {
        syn::Type::Group(group) => replaced(&mut group.elem),
        syn::Type::Paren(paren) => replaced(&mut paren.elem),
        syn::Type::Array(array) => replaced(&mut array.elem),
        syn::Type::Slice(slice) => replaced(&mut slice.elem),
        syn::Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(replaced),
        syn::Type::Path(path) => {
            let last = path.path.segments.last_mut().map(|segment| &mut segment.arguments);
            if let Some(syn::PathArguments::AngleBracketed(arguments)) = last {
                for argument in &mut arguments.args {
                    if let syn::GenericArgument::Type(ty) = argument {
                        replaced(ty);
                    }
                }
            }
        }
        _ => {}
    }
    ty
}

/// Checks that the type `ident` does not contain itself. Only a value can, whose fields have names
/// or which is an enum: the text of its shape points to the braces around it.
pub(crate) fn not_recursive(
    owner: Owner,
    ident: &syn::Ident,
    fields: &syn::Fields,
    diagnostics: &mut Diagnostics,
) {
    for field in fields {
        if let Some(ty) = itself_in(&field.ty, ident) {
            diagnostics.push(match owner {
                Owner::Value => recursive_without_names(ty, ident),
                _ => recursive(owner, ty, ident),
            });
        }
    }
}

/// Checks each field of an encoded type.
pub(crate) fn check(owner: Owner, fields: &syn::Fields, diagnostics: &mut Diagnostics) {
    pins::check_fields(owner, fields, diagnostics);
    personal::check_fields(owner, fields, diagnostics);
    for field in fields {
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

/// Whether the type is one of std's or of ours by its name, or made of such, and so has whatever is
/// derived.
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

fn recursive(owner: Owner, ty: &syn::Type, ident: &syn::Ident) -> Diagnostic {
    let (noun, found) = (owner.noun(), names::shown(ty));
    Diagnostic::at(ty, format!("`{ident}` contains itself: {noun} is never a part of another"))
        .help(format!("give what repeats a `#[value]` of its own, in place of `{found}`"))
}

fn recursive_without_names(ty: &syn::Type, ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ty, format!("`{ident}` contains itself, and its fields have no names"))
        .note("its shape points to the names around the place where it contains itself")
        .help(format!("name the fields: `struct {ident} {{ … }}`"))
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
