//! `#[system(aggregates(Order), policies(remind), projections(OrderBook))] pub struct Shop;`: the
//! door to a domain.

mod errors;
mod policies;
mod projections;

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
    let policies = arguments.paths("policies", &mut diagnostics);
    let projections = arguments.paths("projections", &mut diagnostics);
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
            check(&item, &mut diagnostics);
            named_once(&aggregates, "aggregate", &mut diagnostics);
            named_once(&policies, "policy", &mut diagnostics);
            named_once(&projections, "projection", &mut diagnostics);
            let parts = Parts {
                aggregates: distinct(&aggregates),
                policies: distinct(&policies),
                projections: distinct(&projections),
            };
            expand(&krate, &parts, &item, diagnostics.is_empty())
        }
        Err(_) => {
            diagnostics.push(errors::wrong_item(&item::head(&item)));
            item
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn check(item: &syn::ItemStruct, diagnostics: &mut Diagnostics) {
    if !item.generics.params.is_empty() || !matches!(item.fields, syn::Fields::Unit) {
        diagnostics.push(errors::not_a_unit_struct(&item.ident));
    }
}

fn named_once(parts: &[syn::Path], what: &str, diagnostics: &mut Diagnostics) {
    for (i, part) in parts.iter().enumerate() {
        if parts[..i].contains(part) {
            diagnostics.push(errors::named_twice(part, what));
        }
    }
}

/// What the system is made of, each part once.
struct Parts<'a> {
    aggregates: Vec<&'a syn::Path>,
    policies: Vec<&'a syn::Path>,
    projections: Vec<&'a syn::Path>,
}

/// Each part once: two impls for one would be a second error about a mistake that is reported.
fn distinct(parts: &[syn::Path]) -> Vec<&syn::Path> {
    let mut distinct: Vec<&syn::Path> = Vec::new();
    for part in parts {
        if !distinct.contains(&part) {
            distinct.push(part);
        }
    }
    distinct
}

fn expand(
    krate: &syn::Path,
    parts: &Parts<'_>,
    item: &syn::ItemStruct,
    sound: bool,
) -> TokenStream {
    let (real, krate) = (krate, scope::code());
    let Parts { aggregates, policies, projections } = parts;
    let ident = &item.ident;
    let vis = &item.vis;
    let (impl_generics, type_generics, bounds) = item.generics.split_for_impl();
    // Of the first there is nothing to be said.
    let names = aggregates.iter().enumerate().skip(1).map(|(index, aggregate)| {
        let names = quote!(&[#(<#aggregates as #krate::InSystem>::NAME),*]);
        errors::name_is_taken(aggregate, ident)
            .unless(&quote!(#krate::has_own_name(#names, #index)))
    });
    let names = item.generics.params.is_empty().then(|| quote!(#(#names)*));
    let wired = policies::assertions(ident, aggregates, policies).filter(|_| sound);
    let lists = [policies::list(policies), projections::list(projections)];
    let projections = projections::impls(item, aggregates, projections, sound);
    let impls = quote! {
        #names
        #[automatically_derived]
        impl #impl_generics #krate::System for #ident #type_generics #bounds {
            const AGGREGATES: &'static [#krate::AggregateInfo] =
                &[#(<#aggregates as #krate::InSystem>::INFO),*];
            #(#lists)*
        }
        #wired
        #projections
        #(
            #[automatically_derived]
            impl #impl_generics #krate::Includes<#aggregates> for #ident #type_generics #bounds {}
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
