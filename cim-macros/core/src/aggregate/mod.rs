//! `#[aggregate(domain = "shop", id = OrderId)]`: a consistency boundary.

mod errors;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::fields::{self, Owner};
use crate::names;
use crate::record::{self, Body};

/// What `#[aggregate(…)]` says.
struct Model {
    krate: syn::Path,
    /// `<domain>.<name>`.
    name: String,
    id: Option<syn::Path>,
}

/// Expands `#[aggregate]`.
pub fn aggregate(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<syn::ItemStruct>(item.clone()) {
        Ok(item) => {
            let model = parse(args, &item, &mut diagnostics);
            fields::no_generics(Owner::Aggregate, &item.generics, &mut diagnostics);
            fields::check(Owner::Aggregate, &item.fields, &mut diagnostics);
            expand(&model, &item, diagnostics.is_empty())
        }
        Err(_) => {
            diagnostics.push(errors::wrong_item(&item));
            item
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn parse(args: TokenStream, item: &syn::ItemStruct, diagnostics: &mut Diagnostics) -> Model {
    let mut arguments = Arguments::parse("aggregate", args);
    let domain: Option<syn::LitStr> =
        arguments.value("domain", "a name in quotes, such as `\"shop\"`", diagnostics);
    let id: Option<syn::Path> =
        arguments.value("id", "the type of its id, such as `OrderId`", diagnostics);
    let name: Option<syn::LitStr> =
        arguments.value("name", "a name in quotes, such as `\"order\"`", diagnostics);
    let missing_domain = domain.is_none() && !arguments.was_given("domain");
    let missing_id = id.is_none() && !arguments.was_given("id");
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    if missing_domain {
        diagnostics.push(errors::no_domain(&item.ident));
    }
    if missing_id {
        diagnostics.push(errors::no_id(&item.ident));
    }
    for token in [&domain, &name].into_iter().flatten() {
        if !names::is_subject_token(&token.value()) {
            diagnostics.push(errors::not_a_token(token));
        }
    }
    let default = names::snake_case(&names::plain(&item.ident));
    if name.is_none() && !names::is_subject_token(&default) {
        diagnostics.push(errors::name_is_no_token(&item.ident));
    }
    let name = name.map_or(default, |name| name.value());
    let domain = domain.map_or_else(|| "unknown".to_owned(), |domain| domain.value());
    Model { krate, name: format!("{domain}.{name}"), id }
}

fn expand(model: &Model, item: &syn::ItemStruct, sound: bool) -> TokenStream {
    let Model { krate, name, id } = model;
    let ident = &item.ident;
    let body = if sound { Body::Struct(&item.fields) } else { Body::Stub };
    let value = record::value_impl(krate, ident, &item.generics, &body);
    let (impl_generics, type_generics, bounds) = item.generics.split_for_impl();
    let id = id.as_ref().map_or_else(|| quote!(#krate::Uuid), |id| id.to_token_stream());
    quote! {
        #item
        #value
        #[automatically_derived]
        impl #impl_generics #krate::machine::Aggregate for #ident #type_generics #bounds {
            type Id = #id;
            const NAME: #krate::AggregateName = #krate::AggregateName::new(#name);
        }
    }
}
