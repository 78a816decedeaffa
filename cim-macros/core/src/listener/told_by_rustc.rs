//! What only rustc can know, asked with the author's own tokens: the answer "no" is shown at them.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{Listener, Taker, errors};
use crate::scope;

/// Of each event everything is asked through one trait: of one that is none rustc then says the same
/// each time, and shows it once.
pub(crate) fn heard(listener: &Listener) -> TokenStream {
    let (krate, event) = (scope::code(), &listener.event);
    quote_spanned!(event.span()=> <#event as #krate::Heard>)
}

/// A local variable that no name of the author's means.
pub(crate) fn local(name: &str) -> syn::Ident {
    syn::Ident::new(name, Span::mixed_site())
}

/// The local variable `event`, of which rustc says that it stands at the parameter: of a type with
/// the name of ours it then says where it is asked for.
pub(crate) fn event_at(listener: &Listener) -> syn::Ident {
    syn::Ident::new("event", Span::mixed_site().located_at(listener.parameter.span()))
}

/// Assertions that no two methods take one event, by whatever paths they name it. `is_taken_once`
/// asks this of the method at a place.
pub(crate) fn distinct(
    taker: Taker,
    listeners: &[Listener],
    is_taken_once: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    // Of the first there is nothing to be said.
    let later = listeners.iter().enumerate().skip(1);
    let assertions = later.filter_map(|(index, listener)| {
        let last = last_name(&listener.event)?;
        let same = |first: &&Listener| last_name(&first.event) == Some(last);
        // Events that are called otherwise are others, unless somebody has renamed one on import.
        let first = listeners[..index].iter().find(same)?;
        let mistake = errors::event_taken_twice(taker, &listener.event, &first.method);
        let once = is_taken_once(index);
        Some(mistake.unless(&quote!(#once)))
    });
    assertions.collect()
}

fn last_name(ty: &syn::Type) -> Option<&syn::Ident> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}
