//! The projections of a system, and what is checked of them together.

use proc_macro2::TokenStream;
use quote::quote;

use super::errors;
use crate::scope;

/// The projections as data; nothing where there are none.
pub(super) fn list(projections: &[&syn::Path]) -> Option<TokenStream> {
    let krate = scope::code();
    (!projections.is_empty()).then(|| {
        quote! {
            const PROJECTIONS: &'static [#krate::ProjectionInfo] =
                &[#(<#projections as #krate::Projection>::INFO),*];
        }
    })
}

/// That the system shows them, and that they fit into it.
pub(super) fn impls(
    item: &syn::ItemStruct,
    aggregates: &[&syn::Path],
    projections: &[&syn::Path],
    sound: bool,
) -> TokenStream {
    let krate = scope::code();
    let ident = &item.ident;
    if !sound {
        let (_, type_generics, bounds) = item.generics.split_for_impl();
        let params = item.generics.params.iter();
        // Which projections it would have shown nobody can tell.
        return quote!(impl<#(#params,)* P> #krate::Shows<P> for #ident #type_generics #bounds {});
    }
    let info: Vec<_> = projections
        .iter()
        .map(|projection| quote!(<#projection as #krate::Projection>::INFO))
        .collect();
    let assertions = projections.iter().enumerate().map(|(index, projection)| {
        let names = quote!(#krate::is_only_projection(&[#(#info),*], #index));
        // Of the first there is nothing to be said.
        let named =
            (index > 0).then(|| errors::projection_name_is_taken(projection, ident).unless(&names));
        let own = &info[index];
        let aggregates = quote!(&[#(<#aggregates as #krate::InSystem>::NAME),*]);
        let listens = quote!(#krate::listens_within(&#own, #aggregates));
        let heard = errors::listens_elsewhere(projection, ident).unless(&listens);
        quote!(#named #heard)
    });
    quote! {
        #(#assertions)*
        #(
            #[automatically_derived]
            impl #krate::Shows<#projections> for #ident {}
        )*
    }
}
