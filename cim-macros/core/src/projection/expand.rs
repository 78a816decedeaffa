//! What the macro writes: impls that state facts and call the author's methods.

use proc_macro2::TokenStream;
use quote::quote;

use super::errors;
use super::query::Question;
use super::syntax::Syntax;
use crate::listener::{self, Listener, Taker};
use crate::names;
use crate::scope;

/// Writes the projection. An unsound one gets the same impls with empty bodies: what relies on them
/// still compiles, and the mistake is reported once.
pub(super) fn expand(syntax: &Syntax, sound: bool) -> TokenStream {
    let Syntax { owner, name, code, on_failure, item, .. } = syntax;
    let krate = scope::code();
    let listeners = if sound { syntax.listeners.as_slice() } else { &[] };
    let heard: Vec<_> = listeners.iter().map(listener::heard).collect();
    let calls = listeners.iter().zip(&heard).map(|(listener, heard)| {
        let (own, call) = (listener::event_at(listener), call(&krate, listener));
        quote!(#heard::hand(event, |#own| #call);)
    });
    let calls = match sound {
        true => quote!(#(#calls)*),
        false => quote!(let _ = event;),
    };
    let questions = syntax.questions.iter().map(|question| query(&krate, owner, question, sound));
    // What is said of a question is said at its impl.
    let doors = syntax.questions.iter().filter(|_| sound).map(
        |Question { ty, conditions, .. }| quote!(#(#conditions)* #krate::QueryDoor::of::<#ty>()),
    );
    let listens = quote!(<#owner as #krate::Projection>::LISTENS);
    let distinct = listener::distinct(
        Taker::Projection,
        listeners,
        |index| quote!(#krate::is_taken_once(#listens, #index)),
    );
    let keeps =
        sound.then(|| errors::keeps_nothing(owner).unless(&quote!(#krate::has_tables::<#owner>())));
    let settable = sound
        .then(|| errors::has_settings(owner).unless(&quote!(#krate::has_no_settings::<#owner>())));
    let impls = quote! {
        #[automatically_derived]
        impl #krate::Projection for #owner {
            const NAME: &'static str = #name;
            const CODE: u64 = #code;
            const ON_FAILURE: #krate::OnFailure = #krate::OnFailure::#on_failure;
            const LISTENS: &'static [#krate::Listened] = &[#(#heard::EVENT),*];
            const QUERIES: &'static [#krate::QueryDoor] = &[#(#doors),*];
            fn handle(&mut self, event: &mut #krate::Incoming<'_>) {
                #calls
            }
        }
        #(#questions)*
        #distinct
        #keeps
        #settable
    };
    let impls = scope::block(&syntax.krate, &impls);
    quote! {
        #item
        #impls
    }
}

/// `<Result<(), Error> as Answered>::failure(self.paid(event))`.
fn call(krate: &syn::Path, listener: &Listener) -> TokenStream {
    let Listener { method, answer, .. } = listener;
    let event = listener::event_at(listener);
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
