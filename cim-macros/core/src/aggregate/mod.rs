//! `#[aggregate(domain = "shop", id = OrderId)]`: a consistency boundary.

mod errors;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::fields::Owner;
use crate::item::Item;
use crate::names;
use crate::record::{self, Body};
use crate::scope;

/// What `#[aggregate(…)]` says.
struct Model {
    krate: syn::Path,
    /// `<domain>.<name>`.
    name: String,
    id: Option<syn::Path>,
    /// What its snapshots are marked with, if it says so.
    snapshot: Option<u32>,
}

/// Expands `#[aggregate]`.
pub fn aggregate(args: TokenStream, tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let item = Item::structure(&tokens, Owner::Aggregate, errors::wrong_item, &mut diagnostics);
    let expansion = item.map_or(tokens, |item| {
        let model = parse(args, item.ident(), &mut diagnostics);
        expand(&model, item, diagnostics.is_empty())
    });
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

fn parse(args: TokenStream, ident: &syn::Ident, diagnostics: &mut Diagnostics) -> Model {
    let mut arguments = Arguments::parse("aggregate", args);
    let domain: Option<syn::LitStr> =
        arguments.value("domain", "a name in quotes, such as `\"shop\"`", diagnostics);
    let id: Option<syn::Path> =
        arguments.value("id", &format!("the type of its id, such as `{ident}Id`"), diagnostics);
    let name: Option<syn::LitStr> =
        arguments.value("name", "a name in quotes, such as `\"order\"`", diagnostics);
    let snapshot: Option<syn::LitInt> =
        arguments.value("snapshot", "a whole number from 2, without quotes", diagnostics);
    let snapshot = snapshot.and_then(|literal| match literal.base10_parse::<u32>() {
        Ok(mark) if mark > 1 => Some(mark),
        _ => {
            diagnostics.push(errors::snapshot_out_of_range(&literal));
            None
        }
    });
    let missing = |key| !arguments.was_given(key);
    let (no_domain, no_id, no_name) = (missing("domain"), missing("id"), missing("name"));
    let krate = arguments.krate(diagnostics);
    // A key that is misspelt may be the one that is missing.
    let told = arguments.has_more();
    arguments.finish(diagnostics);
    if no_domain && !told {
        diagnostics.push(errors::no_domain(ident));
    }
    if no_id && !told {
        diagnostics.push(errors::no_id(ident));
    }
    for token in [&domain, &name].into_iter().flatten() {
        if !names::is_subject_token(&token.value()) {
            diagnostics.push(errors::not_a_token(token));
        }
    }
    let default = names::snake_case(&names::plain(ident));
    if no_name && !names::is_subject_token(&default) {
        diagnostics.push(errors::name_is_no_token(ident));
    }
    let domain_text = domain.as_ref().map_or_else(|| "unknown".to_owned(), syn::LitStr::value);
    let full = format!("{domain_text}.{}", name.as_ref().map_or(default, syn::LitStr::value));
    if full.len() > MAX_NAME && diagnostics.is_empty() {
        diagnostics.push(errors::name_too_long(ident, &full));
    }
    Model { krate, name: full, id, snapshot }
}

/// The longest name of an aggregate; the runtime reserves the rest of a subject for the id.
const MAX_NAME: usize = 50;

fn expand(model: &Model, item: Item, sound: bool) -> TokenStream {
    let Model { name, id, snapshot, .. } = model;
    let krate = scope::code();
    let fields = match &item {
        Item::Struct(item) if sound => Some(item.fields.clone()),
        _ => None,
    };
    let item = if sound { item } else { item.without_lifetimes() };
    if item.is_generic() {
        return item.to_token_stream();
    }
    let ident = item.ident();
    let body = fields.as_ref().map_or(Body::Stub, Body::Struct);
    let value = record::value_impl(ident, item.generics(), &body);
    let id = match id {
        Some(id) => id.to_token_stream(),
        None => quote!(#krate::UnknownId),
    };
    let snapshot = snapshot.map(|mark| quote!(const SNAPSHOT: u32 = #mark;));
    let impls = quote! {
        #value
        impl #krate::Aggregate for #ident {
            type Id = #id;
            const NAME: #krate::AggregateName = #krate::AggregateName::new(#name);
            #snapshot
            fn empty() -> Self {
                <#ident as #krate::HasDefault>::default_value()
            }
        }
    };
    let impls = scope::block(&model.krate, &impls);
    quote! {
        #item
        #impls
    }
}
