//! What the macro writes: impls that state facts and call the author's methods.

use proc_macro2::TokenStream;
use quote::quote;

use super::errors;
use super::query::Question;
use super::statements;
use super::syntax::{Made, Syntax};
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
    let (medium, impls) = match &syntax.made {
        None => (quote!(InTables), tables(owner, listeners, sound)),
        Some(Made { reset: Some(reset), shape }) if sound => {
            (quote!(InDatabase), statements::projection(owner, reset, *shape, listeners, &heard))
        }
        // Which database it is may not be known.
        Some(_) => (quote!(Nowhere), TokenStream::new()),
    };
    let questions = syntax.questions.iter().map(|question| match &syntax.made {
        None => query(&krate, owner, question, sound),
        Some(_) => statements::query(owner, question, sound),
    });
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
    let impls = quote! {
        #[automatically_derived]
        impl #krate::Projection for #owner {
            const NAME: &'static str = #name;
            const CODE: u64 = #code;
            const ON_FAILURE: #krate::OnFailure = #krate::OnFailure::#on_failure;
            const LISTENS: &'static [#krate::Listened] = &[#(#heard::EVENT),*];
            const QUERIES: &'static [#krate::QueryDoor] = &[#(#doors),*];
            type Medium = #krate::#medium;
        }
        #impls
        #(#questions)*
        #distinct
    };
    let impls = scope::block(&syntax.krate, &impls);
    quote! {
        #item
        #impls
    }
}

/// What is written of a projection with tables of the framework's.
fn tables(owner: &syn::Path, listeners: &[Listener], sound: bool) -> TokenStream {
    let krate = scope::code();
    let calls = listeners.iter().map(|listener| {
        let (own, call) = (listener::event_at(listener), call(&krate, listener));
        listener::hand(listener, &quote!(event), &quote!(|#own| #call))
    });
    let calls = match sound {
        true => quote!(#(#calls)*),
        false => quote!(let _ = event;),
    };
    let among = listener::among(listeners);
    let keeps =
        sound.then(|| errors::keeps_nothing(owner).unless(&quote!(#krate::has_tables::<#owner>())));
    let settable = sound
        .then(|| errors::has_settings(owner).unless(&quote!(#krate::has_no_settings::<#owner>())));
    quote! {
        #[automatically_derived]
        impl #krate::TableProjection for #owner {
            fn handle(&mut self, event: &mut #krate::Incoming<'_>) {
                #calls
            }
        }
        #among
        #keeps
        #settable
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
    let name = name_of(ty);
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
            fn ask(self, of: #krate::ServingOf<#owner>) -> #krate::Asked<#answer> {
                #krate::ask_tables(self, of)
            }
        }
        #(#conditions)*
        #[automatically_derived]
        impl #krate::TableQuery<#owner, #answer> for #ty {
            fn answer(self, #of: &#owner) -> #answer {
                #body
            }
        }
    }
}

/// The name of a question.
pub(super) fn name_of(ty: &syn::TypePath) -> String {
    ty.path.segments.last().map(|last| names::plain(&last.ident)).unwrap_or_default()
}
