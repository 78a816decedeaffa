//! What the macro writes: impls that state facts and call the author's function or methods.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::effect;
use super::refusal;
use super::syntax::{Function, Syntax};
use crate::listener::{self, Listener, Taker};
use crate::scope;

/// Writes the policy. An unsound one gets the same impls with empty bodies: what relies on them
/// still compiles, and the mistake is reported once.
pub(super) fn expand(syntax: &Syntax, sound: bool) -> TokenStream {
    let Syntax { owner, name, on_failure, refused, starts, item, .. } = syntax;
    let krate = scope::code();
    let ends = reason(syntax.ends.as_ref());
    let listeners = if sound { syntax.listeners.as_slice() } else { &[] };
    let refusals = if sound { syntax.refusals.as_slice() } else { &[] };
    let (compensations, compensated) =
        refusal::expand(owner, refusals, syntax.ends.is_some()).unzip();
    let routes = listeners.iter().map(|listener| route(owner, listener, refusals.len()));
    let effect = syntax.function.as_ref().and_then(|function| {
        let (effect, listener) = (function.effect.as_ref()?, listeners.first()?);
        Some(effect::expand(&function.ident, listener, &answered(listener), effect))
    });
    let is_effect = effect.is_some();
    let react = match sound {
        true => {
            let function = syntax.function.as_ref();
            let (incoming, plan) = (listener::local("incoming"), listener::local("plan"));
            let calls = listeners.iter().map(|listener| match is_effect {
                true => job(listener),
                false => call(function, listener),
            });
            quote! {
                let (#incoming, #plan) = event.parts();
                #(#calls)*
            }
        }
        false => quote!(let _ = event;),
    };
    let all = quote!(<#owner as #krate::Policy>::ROUTES);
    let distinct = listener::distinct(
        Taker::Policy,
        listeners,
        |index| quote!(#krate::is_answered_once(#all, #index)),
    );
    let among = listener::among(listeners);
    let (declaration, tables) = syntax.function.as_ref().map(type_of).unzip();
    let impls = quote! {
        #tables
        #[automatically_derived]
        impl #krate::Policy for #owner {
            const NAME: &'static str = #name;
            const ROUTES: &'static [#krate::Route] = &[#(#routes),*];
            const ON_FAILURE: #krate::OnFailure = #krate::OnFailure::#on_failure;
            const ON_REFUSAL: #krate::OnRefusal = #krate::OnRefusal::#refused;
            const STARTS: #krate::Starts = #krate::Starts::#starts;
            const ENDS: #krate::Option<&'static str> = #ends;
            fn react(&mut self, event: &mut #krate::Reacting<'_>) {
                #react
            }
            #compensations
            #effect
        }
        #distinct
        #among
        #compensated
    };
    let impls = scope::block(&syntax.krate, &impls);
    quote! {
        #item
        #declaration
        #impls
    }
}

/// The type of a function, which has its name, and what it keeps: nothing.
fn type_of(function: &Function) -> (TokenStream, TokenStream) {
    let Function { docs, vis, ident, .. } = function;
    let krate = scope::code();
    // With braces it has no value, whose name the function has.
    let declaration = quote! {
        #(#docs)*
        #[allow(non_camel_case_types, missing_docs, missing_debug_implementations)]
        #vis struct #ident {}
    };
    let tables = quote! {
        #[automatically_derived]
        impl #krate::Tables for #ident {
            const TABLES: &'static [#krate::TableInfo] = &[];
            fn open(_: &#krate::Place) -> Self {
                Self {}
            }
            fn each(&mut self, _: &mut dyn ::core::ops::FnMut(&mut dyn #krate::Kept)) {}
        }
    };
    (declaration, tables)
}

/// The event, and what it may call for: with methods for refused commands also what they may answer.
fn route(owner: &syn::Path, listener: &Listener, refusals: usize) -> TokenStream {
    let (krate, heard, answered) = (scope::code(), listener::heard(listener), answered(listener));
    let own = quote!(#answered::SENDS);
    let sends = match refusals {
        0 => own,
        _ => {
            let all = quote!(<#owner as #krate::Policy>::COMPENSATIONS);
            let more = 0..refusals;
            quote!(#krate::Sends::All(&[#own, #(#krate::compensates(&#own, #all, #more)),*]))
        }
    };
    let ends = reason(listener.ends.as_ref());
    quote!(#krate::Route { event: #heard::EVENT, sends: #sends, ends: #ends })
}

/// Why a loop ends, if somebody says so.
fn reason(ends: Option<&syn::LitStr>) -> TokenStream {
    let krate = scope::code();
    match ends {
        Some(ends) => quote!(#krate::Some(#ends)),
        None => quote!(#krate::None),
    }
}

/// Of each answer everything is asked through one trait: of one that is none rustc then says the
/// same each time, and shows it once.
fn answered(listener: &Listener) -> TokenStream {
    let krate = scope::code();
    match &listener.answer {
        Some(answer) => quote_spanned!(answer.span()=> <#answer as #krate::Reaction>),
        None => quote!(<() as #krate::Reaction>),
    }
}

/// The event becomes a job, and the function is called later.
fn job(listener: &Listener) -> TokenStream {
    let (incoming, plan) = (listener::local("incoming"), listener::local("plan"));
    listener::hand(listener, &quote!(#incoming), &quote!(|_| #plan.act()))
}

/// `<To<PayOrder> as Reaction>::planned(Self::paid(self, event), plan)`, of an event that is the
/// method's.
fn call(function: Option<&Function>, listener: &Listener) -> TokenStream {
    let answered = answered(listener);
    let (incoming, plan) = (listener::local("incoming"), listener::local("plan"));
    let (method, event) = (&listener.method, listener::event_at(listener));
    let call = match function {
        Some(_) => quote!(#method(#event)),
        // A method that takes `&self` may have the name of ours, which takes `&mut self`.
        None => quote!(Self::#method(self, #event)),
    };
    listener::hand(listener, &quote!(#incoming), &quote!(|#event| #answered::planned(#call, #plan)))
}
