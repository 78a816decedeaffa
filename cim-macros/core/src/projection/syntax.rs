//! What was written: the keys, the methods and their attributes.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::listen::{self, Listener};
use super::query::{self, Question};
use super::{code, errors};
use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::fields::is_cfg;
use crate::item;
use crate::names;

/// The projection as it was written.
pub(super) struct Syntax {
    pub(super) krate: syn::Path,
    pub(super) owner: syn::Path,
    pub(super) name: String,
    pub(super) on_failure: OnFailure,
    /// The fingerprint of what makes the rows.
    pub(super) code: u64,
    pub(super) listeners: Vec<Listener>,
    pub(super) questions: Vec<Question>,
    /// The impl, without our attributes.
    pub(super) item: TokenStream,
}

/// What happens when a method fails.
#[derive(Clone, Copy)]
pub(super) enum OnFailure {
    Park,
    Stop,
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
    let owner = owner(&item, diagnostics);
    let methods = methods(&mut item, diagnostics);
    if let (Some(owner), true) = (&owner, methods.fingerprinted.is_empty()) {
        diagnostics.push(errors::listens_to_nothing(owner));
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
    name: Option<syn::LitStr>,
    version: u32,
    on_failure: OnFailure,
}

fn keys(args: TokenStream, diagnostics: &mut Diagnostics) -> Keys {
    let mut arguments = Arguments::parse("projection", args);
    let name: Option<syn::LitStr> =
        arguments.value("name", "a name in quotes, such as `\"order_book\"`", diagnostics);
    if let Some(name) = &name
        && !names::is_subject_token(&name.value())
    {
        diagnostics.push(errors::not_a_name(name));
    }
    let version: Option<syn::LitInt> =
        arguments.value("version", "a whole number from 2, without quotes", diagnostics);
    let version = version.map_or(1, |literal| match literal.base10_parse::<u32>() {
        Ok(version) if version > 1 => version,
        _ => {
            diagnostics.push(errors::version_out_of_range(&literal));
            1
        }
    });
    let on_failure: Option<syn::Ident> =
        arguments.value("on_failure", "`park` or `stop`", diagnostics);
    let on_failure = on_failure.map_or(OnFailure::Park, |word| match word.to_string().as_str() {
        "park" => OnFailure::Park,
        "stop" => OnFailure::Stop,
        _ => {
            diagnostics.push(errors::unknown_failure(&word));
            OnFailure::Park
        }
    });
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    Keys { krate, name, version, on_failure }
}

impl Keys {
    fn of(
        self,
        owner: syn::Path,
        methods: Methods,
        item: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Syntax {
        let ident = owner.segments.last().map(|last| names::plain(&last.ident));
        let own = names::snake_case(&ident.unwrap_or_default());
        if self.name.is_none()
            && let Some(last) = owner.segments.last()
            && !names::is_subject_token(&own)
        {
            diagnostics.push(errors::name_is_no_token(&last.ident));
        }
        Syntax {
            krate: self.krate,
            owner,
            name: self.name.map_or(own, |name| name.value()),
            on_failure: self.on_failure,
            code: code::fingerprint(methods.fingerprinted, self.version),
            listeners: methods.listeners,
            questions: methods.questions,
            item,
        }
    }
}

fn owner(item: &syn::ItemImpl, diagnostics: &mut Diagnostics) -> Option<syn::Path> {
    if let Some((of, _)) = &item.trait_ {
        diagnostics.push(errors::trait_impl(of, &item.self_ty));
    }
    let mut ty = &*item.self_ty;
    while let syn::Type::Group(syn::TypeGroup { elem, .. })
    | syn::Type::Paren(syn::TypeParen { elem, .. }) = ty
    {
        ty = elem;
    }
    if let syn::Type::Path(path) = ty
        && let Some(segment) = path.path.segments.last()
    {
        if !item.generics.params.is_empty() || !segment.arguments.is_empty() {
            diagnostics.push(errors::generic_projection(&item.self_ty));
            return None;
        }
        return Some(path.path.clone());
    }
    diagnostics.push(errors::not_a_named_type(&item.self_ty));
    None
}

/// The methods that have our attributes.
#[derive(Default)]
struct Methods {
    listeners: Vec<Listener>,
    questions: Vec<Question>,
    /// Those with `#[on]`, sound or not.
    fingerprinted: Vec<TokenStream>,
}

/// Takes our attributes off the methods.
fn methods(item: &mut syn::ItemImpl, diagnostics: &mut Diagnostics) -> Methods {
    let mut methods = Methods::default();
    for item in &mut item.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        let ours: Vec<_> = method.attrs.extract_if(.., |attr| kind(attr).is_some()).collect();
        let [first, more @ ..] = ours.as_slice() else { continue };
        if let Some(second) = more.first() {
            diagnostics.push(errors::both_attributes(second, &method.sig.ident));
        }
        for attr in &ours {
            if !matches!(attr.meta, syn::Meta::Path(_)) {
                diagnostics.push(errors::takes_nothing(attr));
            }
        }
        check(&method.sig, diagnostics);
        match kind(first) {
            Some(Kind::On) => {
                if let Some(cfg) = method.attrs.iter().find(|attr| is_cfg(attr)) {
                    diagnostics.push(errors::conditional(cfg));
                }
                methods.fingerprinted.push(method.to_token_stream());
                if let Some(listener) = listen::read(&method.sig, diagnostics) {
                    listen::is_another(&listener, &methods.listeners, diagnostics);
                    methods.listeners.push(listener);
                }
            }
            _ => {
                if let Some(question) = query::read(method, diagnostics)
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
}

/// Which of our attributes it is, also as `#[cim_runtime::prelude::on]`.
fn kind(attr: &syn::Attribute) -> Option<Kind> {
    match attr.path().segments.last()?.ident.to_string().as_str() {
        "on" => Some(Kind::On),
        "query" => Some(Kind::Query),
        _ => None,
    }
}

/// Rules for every method of a projection.
fn check(signature: &syn::Signature, diagnostics: &mut Diagnostics) {
    if let Some(token) = &signature.asyncness {
        diagnostics.push(errors::async_method(token));
    }
    if let Some(token) = &signature.constness {
        diagnostics.push(errors::const_method(token, &signature.ident));
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        diagnostics.push(errors::unsafe_method(signature));
    }
    if !signature.generics.params.is_empty() {
        diagnostics.push(errors::generic_method(&signature.generics));
    }
}

/// A method's parameters behind its receiver, if it has the receiver that it should.
pub(super) fn parameters(signature: &syn::Signature) -> Vec<&syn::PatType> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(typed),
        syn::FnArg::Receiver(_) => None,
    });
    typed.collect()
}

/// Whether a method takes itself as `&self`, or as `&mut self`.
pub(super) fn takes_itself(signature: &syn::Signature, mutable: bool) -> bool {
    matches!(
        signature.receiver().map(|this| &this.kind),
        Some(syn::ReceiverKind::Reference(_, _, found)) if found.is_some() == mutable
    )
}

/// A type without the invisible groups of `macro_rules`.
pub(super) fn ungrouped(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Group(group) => ungrouped(&group.elem),
        syn::Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}
