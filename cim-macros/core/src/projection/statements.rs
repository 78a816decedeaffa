//! What the macro writes of a projection whose rows are in a SQL database.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::expand::name_of;
use super::query::Question;
use super::sql::Reset;
use crate::listener::{self, Listener};
use crate::scope;

/// That its rows are in a database, which the methods write.
pub(super) fn projection(
    owner: &syn::Path,
    reset: &Reset,
    shape: u64,
    listeners: &[Listener],
    heard: &[TokenStream],
) -> TokenStream {
    let krate = scope::code();
    let calls = listeners.iter().zip(heard).map(|(listener, heard)| {
        let (own, method) = (listener::event_at(listener), &listener.method);
        let call = quote!(<#owner>::#method(db, &#own).await);
        let done = done(listener.answer.as_ref(), &call);
        quote!(if let #krate::Some(#own) = #heard::given(event) { #done } else)
    });
    let Reset { method, connection, answer } = reset;
    let made = done(Some(answer), &quote!(<#owner>::#method(db).await));
    let database = quote_spanned!(connection.span()=>
        <#connection as #krate::SqlConnection>::Database
    );
    quote! {
        #[automatically_derived]
        impl #krate::SqlProjection for #owner {
            type Database = #database;
            const SHAPE: u64 = #shape;
            fn reset(db: &mut #krate::ConnectionOf<Self>) -> #krate::Doing<'_> {
                #krate::doing(async move { #made })
            }
            fn handle<'a>(
                db: &'a mut #krate::ConnectionOf<Self>,
                event: &'a mut #krate::Incoming<'_>,
            ) -> #krate::Doing<'a> {
                #krate::doing(async move { #(#calls)* { #krate::Ok(()) } })
            }
        }
    }
}

/// That a question is answered with statements.
pub(super) fn query(owner: &syn::Path, question: &Question, sound: bool) -> TokenStream {
    let krate = scope::code();
    let Question { method, ty, answer, conditions } = question;
    let name = name_of(ty);
    let (asked, answers) = match sound {
        true => (
            quote!(#krate::ask_sql(self, of)),
            Some(quote! {
                #(#conditions)*
                #[automatically_derived]
                impl #krate::SqlQuery for #ty {
                    fn answer(
                        self,
                        db: &mut #krate::ConnectionOf<#owner>,
                    ) -> #krate::Doing<'_, <Self as #krate::Query>::Answer> {
                        #krate::doing(async move {
                            #krate::Done::done(<#owner>::#method(db, self).await)
                        })
                    }
                }
            }),
        ),
        false => (
            quote! {
                let _ = of;
                ::core::unreachable!("did not compile")
            },
            None,
        ),
    };
    let answer = match sound {
        true => quote_spanned!(answer.span()=> <#answer as #krate::Done>::Answer),
        false => quote!(bool),
    };
    quote! {
        #(#conditions)*
        #[automatically_derived]
        impl #krate::Query for #ty {
            type Of = #owner;
            type Answer = #answer;
            const NAME: &'static str = #name;
            fn ask(
                self,
                of: #krate::ServingOf<#owner>,
            ) -> #krate::Asked<<Self as #krate::Query>::Answer> {
                #asked
            }
        }
        #answers
    }
}

/// `<sqlx::Result<()> as Done>::done(…)`.
fn done(answer: Option<&syn::Type>, call: &TokenStream) -> TokenStream {
    let krate = scope::code();
    match answer {
        Some(ty) => quote_spanned!(ty.span()=> <#ty as #krate::Done>::done(#call)),
        None => quote!(#krate::Done::done(#call)),
    }
}
