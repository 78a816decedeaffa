//! An event, compared with its line.

use proc_macro2::TokenStream;
use quote::quote;

use super::line::{Field, Line};
use super::{Lock, errors};
use crate::diagnostics::Diagnostics;
use crate::pins;
use crate::scope;

/// An event, as its struct says that it is stored.
pub(crate) struct StoredEvent<'a> {
    pub(crate) machine: &'a str,
    pub(crate) name: &'a str,
    pub(crate) version: u32,
    pub(crate) ident: &'a syn::Ident,
    pub(crate) fields: &'a syn::Fields,
}

impl Lock {
    /// Compares the names of an event's fields with its line, and asks rustc for their shapes.
    pub(crate) fn compare_event(
        &self,
        event: &StoredEvent<'_>,
        diagnostics: &mut Diagnostics,
    ) -> TokenStream {
        let versions = self.lines_of(event.machine).map(|(_, line)| line);
        let versions: Vec<_> = versions.filter(|line| line.event == event.name).collect();
        let newest = versions.iter().map(|line| line.version).max().unwrap_or_default();
        let mut lines = versions.into_iter().filter(|line| line.version == event.version);
        // Of two lines for one version, the machine tells.
        let (Some(line), None) = (lines.next(), lines.next()) else { return self.tracked() };
        let questions = compare(event, line, newest, diagnostics);
        let tracked = self.tracked();
        quote!(#tracked #questions)
    }
}

fn compare(
    event: &StoredEvent<'_>,
    line: &Line,
    newest: u32,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    let change = errors::Change { event, newest };
    let mut questions = TokenStream::new();
    let mut new = Vec::new();
    let mut found = Vec::new();
    for field in event.fields {
        let Some(ident) = &field.ident else { continue };
        let key = pins::stored_name(&field.attrs, ident);
        match line.fields.iter().find(|stored| stored.key == key) {
            Some(stored) => {
                questions.extend(question(&field.ty, stored, &change));
                found.push(stored);
            }
            None => new.push((ident, key)),
        }
    }
    let gone = line.fields.iter().filter(|stored| !found.contains(stored));
    let gone: Vec<&String> = gone.map(|stored| &stored.key).collect();
    match (new.as_slice(), gone.as_slice()) {
        ([], []) => {}
        ([], _) => diagnostics.push(errors::gone_fields(&change, &gone)),
        (_, []) => diagnostics.push(errors::new_fields(&change, &new)),
        _ => diagnostics.push(errors::other_fields(&change, &new, &gone)),
    }
    questions
}

/// `const _: () = assert!(<Vec<Line> as Value>::SHAPE.is("[…]"), "…");`
fn question(ty: &syn::Type, stored: &Field, change: &errors::Change<'_>) -> TokenStream {
    let (krate, shape) = (scope::code(), &stored.shape);
    let holds = quote!(<#ty as #krate::Value>::SHAPE.is(#shape));
    errors::changed_field(change, ty, stored).unless(&holds)
}
