//! What was written: the keys, the methods and their attributes.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::query::{self, Question};
use super::sql::{self, Reset};
use super::{code, errors};
use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::fields::is_cfg;
use crate::item;
use crate::listener::{self, Listener, Name, On, OnFailure, Taker};

/// The projection as it was written.
pub(super) struct Syntax {
    pub(super) krate: syn::Path,
    pub(super) owner: syn::Path,
    pub(super) name: String,
    pub(super) on_failure: OnFailure,
    /// The fingerprint of what makes the rows.
    pub(super) code: u64,
    /// What makes the tables, if they are in a SQL database.
    pub(super) made: Option<Made>,
    pub(super) listeners: Vec<Listener>,
    pub(super) questions: Vec<Question>,
    /// The impl, without our attributes.
    pub(super) item: TokenStream,
}

/// What makes the tables in a SQL database.
pub(super) struct Made {
    /// The method; `None` if it was reported.
    pub(super) reset: Option<Reset>,
    /// A fingerprint of it.
    pub(super) shape: u64,
}

/// What there is of a projection.
pub(super) enum Parsed {
    Projection(Box<Syntax>),
    /// Nothing that could be one: the item, as it goes out again.
    Nothing(TokenStream),
}

/// Reads keys and impl. A mistake leaves out the part that it is in.
pub(super) fn parse(
    args: TokenStream,
    tokens: TokenStream,
    diagnostics: &mut Diagnostics,
) -> Parsed {
    let keys = keys(args, diagnostics);
    let mut item = match syn::parse2::<syn::Item>(tokens.clone()) {
        Ok(syn::Item::Impl(item)) => item,
        Ok(other) => {
            diagnostics.push(errors::not_an_impl(&item::head(&tokens)));
            // On the struct there are no methods, but a system counts on a projection.
            return match other {
                syn::Item::Struct(syn::ItemStruct { ident, generics, .. })
                    if generics.params.is_empty() =>
                {
                    let methods = Methods::default();
                    let syntax = keys.of(ident.into(), methods, tokens, diagnostics);
                    Parsed::Projection(Box::new(syntax))
                }
                _ => Parsed::Nothing(tokens),
            };
        }
        Err(error) => {
            diagnostics.push_syntax(error);
            return Parsed::Nothing(tokens);
        }
    };
    let owner = listener::owner(Taker::Projection, &item, diagnostics);
    let methods = methods(&keys, &mut item, diagnostics);
    if let (Some(owner), true, []) = (&owner, keys.sql, methods.resets.as_slice()) {
        diagnostics.push(errors::no_reset(owner));
    }
    if let (Some(owner), true) = (&owner, methods.fingerprinted.is_empty()) {
        diagnostics.push(listener::listens_to_nothing(Taker::Projection, owner));
    }
    let item = item.into_token_stream();
    match owner {
        Some(owner) => Parsed::Projection(Box::new(keys.of(owner, methods, item, diagnostics))),
        None => Parsed::Nothing(item),
    }
}

/// What stands in the parentheses of `#[projection(…)]`.
struct Keys {
    krate: syn::Path,
    name: Name,
    version: u32,
    on_failure: OnFailure,
    /// Whether the rows are in a SQL database.
    sql: bool,
}

fn keys(args: TokenStream, diagnostics: &mut Diagnostics) -> Keys {
    let mut arguments = Arguments::parse("projection", args);
    let what = "a name in quotes, such as `\"order_book\"`";
    let name = listener::name(Taker::Projection, &mut arguments, what, diagnostics);
    let version: Option<syn::LitInt> =
        arguments.value("version", "a whole number from 2, without quotes", diagnostics);
    let version = version.map_or(1, |literal| match literal.base10_parse::<u32>() {
        Ok(version) if version > 1 => version,
        _ => {
            diagnostics.push(errors::version_out_of_range(&literal));
            1
        }
    });
    let on_failure = listener::on_failure(&mut arguments, diagnostics);
    let sql = arguments.flag("sql", diagnostics);
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    Keys { krate, name, version, on_failure, sql }
}

impl Keys {
    fn of(
        self,
        owner: syn::Path,
        methods: Methods,
        item: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Syntax {
        let name = owner
            .segments
            .last()
            .map(|last| self.name.or_that_of(Taker::Projection, &last.ident, diagnostics));
        Syntax {
            krate: self.krate,
            owner,
            name: name.unwrap_or_default(),
            on_failure: self.on_failure,
            made: self.sql.then(|| Made {
                reset: methods.reset,
                shape: code::fingerprint(methods.resets.clone(), 1),
            }),
            code: code::fingerprint(
                methods.fingerprinted.into_iter().chain(methods.resets),
                self.version,
            ),
            listeners: methods.listeners,
            questions: methods.questions,
            item,
        }
    }
}

/// The methods that have our attributes.
#[derive(Default)]
struct Methods {
    listeners: Vec<Listener>,
    questions: Vec<Question>,
    /// Those with `#[on]`, sound or not.
    fingerprinted: Vec<TokenStream>,
    reset: Option<Reset>,
    /// Those with `#[reset]`, sound or not.
    resets: Vec<TokenStream>,
}

/// Takes our attributes off the methods.
fn methods(keys: &Keys, item: &mut syn::ItemImpl, diagnostics: &mut Diagnostics) -> Methods {
    let taker = Taker::Projection;
    let mut methods = Methods::default();
    for item in &mut item.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        let ours: Vec<_> = method.attrs.extract_if(.., |attr| kind(attr).is_some()).collect();
        let [first, more @ ..] = ours.as_slice() else { continue };
        if let Some(second) = more.first() {
            diagnostics.push(errors::both_attributes(second, &method.sig.ident));
        }
        let kind = kind(first);
        let names_events = kind == Some(Kind::On) && !keys.sql;
        for attr in ours.iter().filter(|attr| !names_events || *attr != first) {
            if !matches!(attr.meta, syn::Meta::Path(_)) {
                diagnostics.push(listener::takes_nothing(attr));
            }
        }
        check(&method.sig, keys.sql, diagnostics);
        if kind != Some(Kind::Query)
            && let Some(cfg) = method.attrs.iter().find(|attr| is_cfg(attr))
        {
            diagnostics.push(errors::conditional(cfg));
        }
        match kind {
            Some(Kind::Reset) if !keys.sql => {
                diagnostics.push(errors::reset_without_statements(&method.sig.ident));
            }
            Some(Kind::Reset) => {
                methods.resets.push(method.to_token_stream());
                let reset = sql::reset(method, diagnostics);
                if let (Some(first), Some(_)) = (&methods.reset, &reset) {
                    diagnostics.push(errors::reset_twice(&method.sig.ident, &first.method));
                }
                methods.reset = methods.reset.or(reset);
            }
            Some(Kind::On) => {
                methods.fingerprinted.push(method.to_token_stream());
                let listener = match keys.sql {
                    true => sql::listener(method, diagnostics),
                    false => listener::read(taker, &method.sig, diagnostics),
                };
                let mut on = On::default();
                if names_events {
                    on.read(taker, first, diagnostics);
                }
                if let syn::Meta::List(list) = &first.meta {
                    methods.fingerprinted.push(list.tokens.clone());
                }
                let listeners = listener.map(|listener| on.apply(taker, listener, diagnostics));
                for listener in listeners.into_iter().flatten() {
                    listener::is_another(taker, &listener, &methods.listeners, diagnostics);
                    methods.listeners.push(listener);
                }
                if !keys.sql {
                    listener::with_its_record(&keys.krate, &mut method.sig);
                }
            }
            _ => {
                let question = match keys.sql {
                    true => sql::question(method, diagnostics),
                    false => query::read(method, diagnostics),
                };
                if let Some(question) = question
                    && query::is_another(&question, &methods.questions, diagnostics)
                {
                    methods.questions.push(question);
                }
            }
        }
    }
    methods
}

/// What a method with one of our attributes takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    On,
    Query,
    Reset,
}

/// Which of our attributes it is, also as `#[cim_runtime::prelude::on]`.
fn kind(attr: &syn::Attribute) -> Option<Kind> {
    match attr.path().segments.last()?.ident.to_string().as_str() {
        "on" => Some(Kind::On),
        "query" => Some(Kind::Query),
        "reset" => Some(Kind::Reset),
        _ => None,
    }
}

/// Rules for every method of a projection.
fn check(signature: &syn::Signature, sql: bool, diagnostics: &mut Diagnostics) {
    if let (Some(token), false) = (&signature.asyncness, sql) {
        diagnostics.push(errors::async_method(token));
    }
    listener::check(Taker::Projection, signature, diagnostics);
}
