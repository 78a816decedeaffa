//! The policies of a system, and what is checked of them together.

use proc_macro2::TokenStream;
use quote::quote;

use super::errors;
use crate::scope;

/// The policies as data; nothing where there are none.
pub(super) fn list(policies: &[&syn::Path]) -> Option<TokenStream> {
    let krate = scope::code();
    (!policies.is_empty()).then(|| {
        quote! {
            const POLICIES: &'static [#krate::PolicyInfo] =
                &[#(<#policies as #krate::Policy>::INFO),*];
        }
    })
}

/// That they fit into the system, and come to an end.
pub(super) fn assertions(
    ident: &syn::Ident,
    aggregates: &[&syn::Path],
    policies: &[&syn::Path],
) -> Option<TokenStream> {
    let krate = scope::code();
    let system = quote!(<#ident as #krate::System>);
    let assertions = policies.iter().enumerate().map(|(index, policy)| {
        let names = quote!(#krate::is_only_policy(#system::POLICIES, #index));
        // Of the first there is nothing to be said.
        let named = (index > 0).then(|| errors::policy_name_is_taken(policy, ident).unless(&names));
        let own = quote!(&<#policy as #krate::Policy>::INFO);
        let aggregates = quote!(&[#(<#aggregates as #krate::InSystem>::NAME),*]);
        let takes = errors::reacts_to_others(policy, ident)
            .unless(&quote!(#krate::reacts_within(#own, #aggregates)));
        let sends = errors::sends_elsewhere(policy, ident)
            .unless(&quote!(#krate::sends_within(#own, #aggregates)));
        let room = errors::too_many_reactions(policy, ident)
            .unless(&quote!(#krate::Loops::has_room(#system::POLICIES, #index)));
        let way = quote!(LOOPS.way(#system::POLICIES, #index).as_str());
        let ends = errors::loop_without_end(policy)
            .unless_with(&way, &quote!(!LOOPS.begin_at(#system::POLICIES, #index)));
        quote!(#named #takes #sends #room #ends)
    });
    (!policies.is_empty()).then(|| {
        quote! {
            // A very large system takes rustc longer than it lets pass without a word.
            #[allow(long_running_const_eval)]
            const LOOPS: #krate::Loops = #krate::Loops::of(#system::POLICIES, #system::AGGREGATES);
            #(#assertions)*
        }
    })
}
