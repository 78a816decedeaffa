//! What only rustc can know, asked with the author's own tokens: the answer "no" is shown at them.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{Listener, Taker, errors, last_name};
use crate::scope;

/// Of each event everything is asked through one trait: of one that is none rustc then says the same
/// each time, and shows it once.
pub(crate) fn heard(listener: &Listener) -> TokenStream {
    let (krate, event) = (scope::code(), &listener.event);
    quote_spanned!(event.span()=> <#event as #krate::Heard>)
}

/// `<OrderPlaced as Heard>::hand(incoming, method)`: hands an incoming event to the method, if it is
/// one that the method takes.
pub(crate) fn hand(
    listener: &Listener,
    incoming: &TokenStream,
    method: &TokenStream,
) -> TokenStream {
    let (krate, heard) = (scope::code(), heard(listener));
    match &listener.among {
        Some(among) => quote! {
            <#among as #krate::Heard>::hand_one(&#heard::EVENT, #incoming, #method);
        },
        None => quote!(#heard::hand(#incoming, #method);),
    }
}

/// Assertions that the events which a method names are among those that it can take.
pub(crate) fn among(listeners: &[Listener]) -> TokenStream {
    let krate = scope::code();
    let assertions = listeners.iter().filter_map(|listener| {
        let (heard, among) = (heard(listener), listener.among.as_ref()?);
        let all = quote!(<#among as #krate::Heard>::EVENT);
        let holds = quote!(#all.has(&#heard::EVENT));
        Some(errors::not_among(&listener.event, among).unless(&holds))
    });
    assertions.collect()
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
