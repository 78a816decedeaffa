//! `#[system(aggregates(Order, Item))] pub struct Shop;`: the door to a domain.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::item;
use crate::scope;

/// Expands `#[system]`.
pub fn system(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut arguments = Arguments::parse("system", args);
    let mut aggregates = arguments.paths("aggregates", &mut diagnostics);
    let strays = arguments.strays();
    if !strays.is_empty() {
        diagnostics.push(errors::outside_the_list(&strays));
    }
    let krate = arguments.krate(&mut diagnostics);
    // A key that is misspelt may be the one that is missing.
    let told = arguments.was_given("aggregates") || arguments.has_more() || !strays.is_empty();
    aggregates.extend(strays);
    arguments.finish(&mut diagnostics);
    let expansion = match syn::parse2::<syn::ItemStruct>(item.clone()) {
        Ok(item) => {
            if aggregates.is_empty() && !told {
                diagnostics.push(errors::no_aggregates(&item.ident));
            }
            check(&aggregates, &item, &mut diagnostics);
            expand(&krate, &aggregates, &item)
        }
        Err(_) => {
            diagnostics.push(errors::wrong_item(&item::head(&item)));
            item
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn check(aggregates: &[syn::Path], item: &syn::ItemStruct, diagnostics: &mut Diagnostics) {
    if !item.generics.params.is_empty() || !matches!(item.fields, syn::Fields::Unit) {
        diagnostics.push(errors::not_a_unit_struct(&item.ident));
    }
    for (i, aggregate) in aggregates.iter().enumerate() {
        if aggregates[..i].contains(aggregate) {
            diagnostics.push(errors::named_twice(aggregate));
        }
    }
}

fn expand(krate: &syn::Path, aggregates: &[syn::Path], item: &syn::ItemStruct) -> TokenStream {
    let (real, krate) = (krate, scope::code());
    let ident = &item.ident;
    let vis = &item.vis;
    let (impl_generics, type_generics, bounds) = item.generics.split_for_impl();
    // Two impls for one aggregate would be a second error about a mistake that is reported.
    let mut distinct: Vec<&syn::Path> = Vec::new();
    for aggregate in aggregates {
        if !distinct.contains(&aggregate) {
            distinct.push(aggregate);
        }
    }
    // Of the first there is nothing to be said.
    let names = distinct.iter().enumerate().skip(1).map(|(index, aggregate)| {
        let names = quote!(&[#(<#distinct as #krate::InSystem>::NAME),*]);
        errors::name_is_taken(aggregate, ident)
            .unless(&quote!(#krate::has_own_name(#names, #index)))
    });
    let names = item.generics.params.is_empty().then(|| quote!(#(#names)*));
    let impls = quote! {
        #names
        #[automatically_derived]
        impl #impl_generics #krate::System for #ident #type_generics #bounds {
            const AGGREGATES: &'static [#krate::AggregateInfo] =
                &[#(<#distinct as #krate::InSystem>::INFO),*];
        }
        #(
            #[automatically_derived]
            impl #impl_generics #krate::Includes<#distinct> for #ident #type_generics #bounds {}
        )*
        impl #impl_generics #ident #type_generics #bounds {
            /// Opens the system on the store at `url`: `memory:`, `file:DIR`, a path, or
            /// `nats://HOST/STREAM`.
            ///
            /// # Errors
            ///
            /// When another process has the store open, or the medium or the server refuses.
            // Who has a store at hand uses `Handle::over`.
            #[allow(dead_code)]
            #vis async fn open(
                url: impl #krate::Into<#krate::String>,
            ) -> #krate::Result<#krate::Handle<Self>, #krate::Error> {
                #krate::Handle::open(url).await
            }

            /// Opens the system on the store that a configuration names.
            ///
            /// # Errors
            ///
            /// As [`Self::open`], and when no store is named.
            #[allow(dead_code)]
            #vis async fn configured(
                config: &#krate::Config,
            ) -> #krate::Result<#krate::Handle<Self>, #krate::Error> {
                #krate::Handle::configured(config).await
            }
        }
    };
    let impls = scope::block(real, &impls);
    quote! {
        #item
        #impls
    }
}
