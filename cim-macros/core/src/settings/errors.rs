//! What `#[derive(Settings)]` can say.

use crate::diagnostics::Diagnostic;
use crate::names;

pub(super) fn not_a_struct(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("`{ident}` is no struct, whose fields could be set")).help(
        format!("write `pub struct {ident} {{ #[setting(default = 30, min = 1)] days: u32 }}`"),
    )
}

pub(super) fn generic(generics: &syn::Generics) -> Diagnostic {
    Diagnostic::at(generics, "settings cannot be generic: an operator writes them into a file")
        .help("write one struct for each policy")
}

pub(super) fn unnamed(fields: &syn::FieldsUnnamed) -> Diagnostic {
    let diagnostic =
        Diagnostic::at(fields, "settings need names: they are the keys of the configuration");
    match fields.unnamed.first() {
        Some(field) => {
            let ty = names::shown(&field.ty);
            diagnostic.help(format!("write `{{ #[setting(default = …)] days: {ty} }}`"))
        }
        None => diagnostic.help("write `{ #[setting(default = …)] days: u32 }`"),
    }
}

pub(super) fn nothing_to_set(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("the settings `{ident}` have no fields: nothing can be set"))
        .help("write a field, such as `#[setting(default = 30, min = 1)] pub days: u32`")
}

pub(super) fn no_default(field: &syn::Ident) -> Diagnostic {
    Diagnostic::at(field, format!("nobody says what `{field}` is where it is not set"))
        .help("write `#[setting(default = …)]` above it; what may be missing is an `Option`")
}

pub(super) fn not_a_key(field: &syn::Ident) -> Diagnostic {
    Diagnostic::at(field, format!("`{field}` cannot be a key of the configuration"))
        .note("it is written in a file in small letters, and in a variable in large ones")
        .help("use up to 40 of the letters a-z, digits, and `_`")
}

pub(super) fn limits_of_no_number(limit: &syn::Expr, ty: &syn::Type) -> Diagnostic {
    let ty = names::shown(ty);
    Diagnostic::at(limit, format!("a setting of the type `{ty}` has no limits: it is no number"))
        .help("remove it")
}

pub(super) fn default_below(default: &syn::Expr, min: &syn::Expr) -> Diagnostic {
    let min = names::shown(min);
    Diagnostic::at(
        default,
        format!("the default of this setting is less than its least value, {min}"),
    )
    .help("correct one of the two")
}

pub(super) fn default_above(default: &syn::Expr, max: &syn::Expr) -> Diagnostic {
    let max = names::shown(max);
    Diagnostic::at(
        default,
        format!("the default of this setting is more than its greatest value, {max}"),
    )
    .help("correct one of the two")
}

pub(super) fn limits_cross(max: &syn::Expr, min: &syn::Expr) -> Diagnostic {
    let min = names::shown(min);
    Diagnostic::at(max, format!("the greatest value of this setting is less than its least, {min}"))
        .help("correct one of the two")
}
