//! What `#[derive(Tables)]` can say.

use crate::diagnostics::Diagnostic;
use crate::names;

pub(super) fn not_a_struct(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("`{ident}` is no struct, whose fields could be tables"))
        .help(format!("write `pub struct {ident} {{ rows: Table<Key, Row> }}`"))
}

pub(super) fn generic(generics: &syn::Generics) -> Diagnostic {
    Diagnostic::at(generics, "what a read model keeps cannot be generic: its rows have one shape")
        .help("write one struct for each concrete type")
}

pub(super) fn unnamed(fields: &syn::FieldsUnnamed) -> Diagnostic {
    Diagnostic::at(fields, "tables need names: their rows are kept under them").help(
        match fields.unnamed.first() {
            Some(field) => format!("write `{{ rows: {} }}`", names::shown(&field.ty)),
            None => "write `{ rows: Table<Key, Row> }`".to_owned(),
        },
    )
}

pub(super) fn settings_twice(second: &syn::Type) -> Diagnostic {
    Diagnostic::at(second, "a policy has its settings in one struct: they stand in one table")
        .help("put the fields of both into one")
}
