//! What the macro writes: impls that state facts and call the author's methods.
//!
//! What only rustc can know is asked with the author's own tokens, so that the answer "no" is shown
//! at them.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::errors;
use super::listen::Listener;
use super::query::Question;
use super::syntax::{OnFailure, Syntax};
use crate::names;
use crate::scope;

/// Writes the projection. An unsound one gets the same impls with empty bodies: what relies on them
/// still compiles, and the mistake is reported once.
pub(super) fn expand(syntax: &Syntax, sound: bool) -> TokenStream {
    let Syntax { owner, name, code, item, .. } = syntax;
    let krate = scope::code();
    let on_failure = match syntax.on_failure {
        OnFailure::Park => quote!(Park),
        OnFailure::Stop => quote!(Stop),
    };
    let listeners = if sound { syntax.listeners.as_slice() } else { &[] };
    let heard: Vec<_> = listeners.iter().map(|listener| heard(&krate, listener)).collect();
    let calls = listeners.iter().zip(&heard).map(|(listener, heard)| {
        let call = call(&krate, listener);
        quote!(#heard::hand(event, |event| #call);)
    });
    let calls = match sound {
        true => quote!(#(#calls)*),
        false => quote!(let _ = event;),
    };
    let questions = syntax.questions.iter().map(|question| query(&krate, owner, question, sound));
    let distinct = distinct(&krate, owner, listeners);
    let impls = quote! {
        #[automatically_derived]
        impl #krate::Projection for #owner {
            const NAME: &'static str = #name;
            const CODE: u64 = #code;
            const ON_FAILURE: #krate::OnFailure = #krate::OnFailure::#on_failure;
            const LISTENS: &'static [#krate::Listened] = &[#(#heard::EVENT),*];
            fn handle(&mut self, event: &mut #krate::Incoming<'_>) {
                #calls
            }
        }
        #(#questions)*
        #distinct
    };
    let impls = scope::block(&syntax.krate, &impls);
    quote! {
        #item
        #impls
    }
}

/// Of each event everything is asked through one trait: of one that is none rustc then says the same
/// each time, and shows it once.
fn heard(krate: &syn::Path, listener: &Listener) -> TokenStream {
    let event = &listener.event;
    quote_spanned!(event.span()=> <#event as #krate::Heard>)
}

/// `<Result<(), Error> as Answered>::failure(self.paid(event))`.
fn call(krate: &syn::Path, listener: &Listener) -> TokenStream {
    let Listener { method, parameter, answer, .. } = listener;
    // Of a type with the name of ours, rustc then says where it is asked for.
    let span = Span::call_site().located_at(parameter.span());
    let event = quote_spanned!(span=> event);
    let call = quote!(self.#method(#event));
    match answer {
        Some(ty) => quote!(<#ty as #krate::Answered>::failure(#call)),
        None => quote!(#krate::Answered::failure(#call)),
    }
}

fn query(krate: &syn::Path, owner: &syn::Path, question: &Question, sound: bool) -> TokenStream {
    let Question { method, ty, answer, conditions } = question;
    let name = ty.path.segments.last().map(|last| names::plain(&last.ident)).unwrap_or_default();
    let (of, body) = match sound {
        true => (quote!(of), quote!(of.#method(self))),
        false => (quote!(_), quote!(::core::unreachable!("did not compile"))),
    };
    quote! {
        #(#conditions)*
        #[automatically_derived]
        impl #krate::Query for #ty {
            type Of = #owner;
            type Answer = #answer;
            const NAME: &'static str = #name;
            fn answer(self, #of: &#owner) -> #answer {
                #body
            }
        }
    }
}

/// Assertions that no two methods take one event, by whatever paths they name it.
fn distinct(krate: &syn::Path, owner: &syn::Path, listeners: &[Listener]) -> TokenStream {
    // Of the first there is nothing to be said.
    let later = listeners.iter().enumerate().skip(1);
    let assertions = later.filter_map(|(index, listener)| {
        let last = last_name(&listener.event)?;
        let same = |first: &&Listener| last_name(&first.event) == Some(last);
        // Events that are called otherwise are others, unless somebody has renamed one on import.
        let first = listeners[..index].iter().find(same)?;
        let mistake = errors::event_taken_twice(&listener.event, &first.method);
        let listens = quote!(<#owner as #krate::Projection>::LISTENS);
        Some(mistake.unless(&quote!(#krate::is_taken_once(#listens, #index))))
    });
    assertions.collect()
}

fn last_name(ty: &syn::Type) -> Option<&syn::Ident> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}
