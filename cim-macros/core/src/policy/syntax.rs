//! What was written: the keys, and the function, or the methods with `#[on]`.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident};

use super::effect::{self, Effect};
use super::errors;
use super::refusal::{self, Refusal};
use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::fields::is_cfg;
use crate::item;
use crate::listener::{self, Listener, Name, On, OnFailure, Taker};
use crate::world;

/// The policy as it was written.
pub(super) struct Syntax {
    pub(super) krate: syn::Path,
    /// The type that is the policy.
    pub(super) owner: syn::Path,
    /// What the type of a function is declared with.
    pub(super) function: Option<Function>,
    pub(super) name: String,
    pub(super) on_failure: OnFailure,
    /// A variant of `OnRefusal`.
    pub(super) refused: syn::Ident,
    /// A variant of `Starts`.
    pub(super) starts: syn::Ident,
    pub(super) ends: Option<syn::LitStr>,
    pub(super) listeners: Vec<Listener>,
    /// The methods with `#[refused]`.
    pub(super) refusals: Vec<Refusal>,
    /// The function or the impl, without our attributes.
    pub(super) item: TokenStream,
}

/// A function that is a policy.
pub(super) struct Function {
    /// How it acts on the world, if it does.
    pub(super) effect: Option<Effect>,
    pub(super) docs: Vec<syn::Attribute>,
    pub(super) vis: syn::Visibility,
    pub(super) ident: syn::Ident,
}

/// What there is of a policy.
pub(super) enum Parsed {
    Policy(Box<Syntax>),
    /// Nothing that could be one: the item, as it goes out again.
    Nothing(TokenStream),
}

/// Reads keys and item. A mistake leaves out the part that it is in.
pub(super) fn parse(
    args: TokenStream,
    tokens: TokenStream,
    diagnostics: &mut Diagnostics,
) -> Parsed {
    let keys = keys(args, diagnostics);
    match syn::parse2::<syn::Item>(tokens.clone()) {
        Ok(syn::Item::Fn(function)) => of_function(keys, function, diagnostics),
        Ok(syn::Item::Impl(item)) => of_impl(keys, item, diagnostics),
        Ok(other) => {
            diagnostics.push(errors::wrong_item(&item::head(&tokens)));
            // On the struct there are no methods, but a system counts on a policy.
            match other {
                syn::Item::Struct(syn::ItemStruct { ident, generics, .. })
                    if generics.params.is_empty() =>
                {
                    keys.of(Taker::Policy, ident.into(), Methods::default(), tokens, diagnostics)
                }
                _ => Parsed::Nothing(tokens),
            }
        }
        Err(error) => {
            diagnostics.push_syntax(error);
            Parsed::Nothing(tokens)
        }
    }
}

fn of_function(keys: Keys, mut item: syn::ItemFn, diagnostics: &mut Diagnostics) -> Parsed {
    if let Some(receiver) = item.sig.receiver() {
        diagnostics.push(errors::on_a_method(receiver, &item.sig.ident));
        return Parsed::Nothing(item.into_token_stream());
    }
    let mut keys = keys;
    let of_effect = std::mem::take(&mut keys.effect);
    let (listener, effect) = match item.sig.asyncness {
        Some(_) => {
            let (listener, effect) = effect::read(&item.sig, of_effect, diagnostics);
            (listener, Some(effect))
        }
        None => {
            of_effect.refuse(Some(&item.sig.ident), diagnostics);
            let (attrs, block) = (&mut item.attrs, &mut item.block);
            let listener = listener(Taker::Function, &item.sig, attrs, block, diagnostics);
            if matches!(item.sig.output, syn::ReturnType::Default) {
                diagnostics.push(errors::answers_nothing(&item.sig.ident));
            }
            (listener, None)
        }
    };
    listener::with_its_record(&keys.krate, &mut item.sig);
    let is_doc = |attr: &&syn::Attribute| attr.path().is_ident("doc");
    let function = Function {
        effect,
        docs: item.attrs.iter().filter(is_doc).cloned().collect(),
        vis: item.vis.clone(),
        ident: item.sig.ident.clone(),
    };
    let owner = function.ident.clone().into();
    let methods = Methods { listeners: listener.into_iter().collect(), refusals: Vec::new() };
    let item = item.into_token_stream();
    let parsed = keys.of(Taker::Function, owner, methods, item, diagnostics);
    match parsed {
        Parsed::Policy(syntax) => {
            Parsed::Policy(Box::new(Syntax { function: Some(function), ..*syntax }))
        }
        nothing @ Parsed::Nothing(_) => nothing,
    }
}

fn of_impl(keys: Keys, mut item: syn::ItemImpl, diagnostics: &mut Diagnostics) -> Parsed {
    let owner = listener::owner(Taker::Policy, &item, diagnostics);
    let (methods, found) = methods(&keys.krate, &mut item, diagnostics);
    if let (Some(owner), false) = (&owner, found) {
        diagnostics.push(listener::listens_to_nothing(Taker::Policy, owner));
    }
    let item = item.into_token_stream();
    match owner {
        Some(owner) => keys.of(Taker::Policy, owner, methods, item, diagnostics),
        None => Parsed::Nothing(item),
    }
}

/// What a policy's `impl` has.
#[derive(Default)]
struct Methods {
    listeners: Vec<Listener>,
    refusals: Vec<Refusal>,
}

/// Takes our attributes off the methods; also whether one of them takes events, sound or not.
fn methods(
    krate: &syn::Path,
    item: &mut syn::ItemImpl,
    diagnostics: &mut Diagnostics,
) -> (Methods, bool) {
    let (mut methods, mut found) = (Methods::default(), false);
    for item in &mut item.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        let is_ours = |attr: &mut syn::Attribute| kind(attr).is_some();
        let ours: Vec<_> = method.attrs.extract_if(.., is_ours).collect();
        if ours.is_empty() {
            continue;
        }
        // An answer names each command that may come of it, and has nothing to be factored out.
        method.attrs.push(syn::parse_quote!(#[allow(clippy::type_complexity)]));
        found |= ours.iter().any(|attr| kind(attr) != Some(Kind::Refused));
        if let Some(attr) = ours.iter().find(|attr| kind(attr) == Some(Kind::Other)) {
            diagnostics.push(errors::another_attribute(attr, &method.sig.ident));
            continue;
        }
        let takes_refusals = kind(&ours[0]) == Some(Kind::Refused);
        if let Some(attr) = ours.iter().find(|attr| kind(attr) != kind(&ours[0])) {
            diagnostics.push(errors::both_attributes(attr, &method.sig.ident));
            continue;
        }
        let mut on = On::default();
        for attr in &ours {
            match takes_refusals {
                true if matches!(attr.meta, syn::Meta::Path(_)) => {}
                true => diagnostics.push(listener::takes_nothing(attr)),
                false => on.read(Taker::Policy, attr, diagnostics),
            }
        }
        if let Some(cfg) = method.attrs.iter().find(|attr| is_cfg(attr)) {
            diagnostics.push(errors::conditional(cfg));
        }
        if takes_refusals {
            let before = &methods.refusals;
            let refusal = refusal::read(method, before, diagnostics);
            methods.refusals.extend(refusal);
            continue;
        }
        let listener =
            listener(Taker::Policy, &method.sig, &mut method.attrs, &mut method.block, diagnostics);
        listener::with_its_record(krate, &mut method.sig);
        let listeners = listener.map(|listener| on.apply(Taker::Policy, listener, diagnostics));
        for listener in listeners.into_iter().flatten() {
            listener::is_another(Taker::Policy, &listener, &methods.listeners, diagnostics);
            methods.listeners.push(listener);
        }
    }
    (methods, found)
}

/// Which of our attributes stands on a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    On,
    Refused,
    /// One that has no place in a policy.
    Other,
}

/// Also as `#[cim_runtime::prelude::on]`.
fn kind(attr: &syn::Attribute) -> Option<Kind> {
    match attr.path().segments.last()?.ident.to_string().as_str() {
        "on" => Some(Kind::On),
        "refused" => Some(Kind::Refused),
        "query" | "policy" => Some(Kind::Other),
        _ => None,
    }
}

/// Reads a method or a function; one that could not be called is reported, and is `None`.
fn listener(
    taker: Taker,
    signature: &syn::Signature,
    attrs: &mut Vec<syn::Attribute>,
    block: &mut syn::Block,
    diagnostics: &mut Diagnostics,
) -> Option<Listener> {
    if let Some(token) = &signature.asyncness {
        diagnostics.push(errors::async_policy(token));
    }
    listener::check(taker, signature, diagnostics);
    world::check(attrs, block, errors::from_outside, diagnostics);
    let listener = listener::read(taker, signature, diagnostics)?;
    answer_is_named(signature, diagnostics).then_some(listener)
}

/// Reports an answer whose commands nobody knows.
pub(super) fn answer_is_named(signature: &syn::Signature, diagnostics: &mut Diagnostics) -> bool {
    match &signature.output {
        syn::ReturnType::Type(_, ty) if !listener::is_nameable(ty) => {
            match listener::ungrouped(ty) {
                // A mistake in every function.
                syn::Type::Infer(_) => diagnostics.leave_to_rustc(),
                _ => diagnostics.push(errors::unnamed_answer(ty)),
            }
            false
        }
        _ => true,
    }
}

/// What stands in the parentheses of `#[policy(…)]`.
struct Keys {
    krate: syn::Path,
    name: Name,
    on_failure: OnFailure,
    refused: syn::Ident,
    starts: syn::Ident,
    ends: Option<syn::LitStr>,
    effect: effect::Keys,
}

/// Words, and the variants that they stand for; the first one is meant where none is given.
type Words = [(&'static str, &'static str)];

const REFUSED: &Words = &[("report", "Report"), ("ignore", "Ignore"), ("retry", "Retry")];

const STARTS: &Words = &[("first", "First"), ("next", "Next")];

fn keys(args: TokenStream, diagnostics: &mut Diagnostics) -> Keys {
    let mut arguments = Arguments::parse("policy", args);
    let what = "a name in quotes, such as `\"request_items\"`";
    let name = listener::name(Taker::Policy, &mut arguments, what, diagnostics);
    let refused = arguments.value("refused", "`report`, `ignore`, or `retry`", diagnostics);
    let refused = variant(refused, REFUSED, errors::unknown_refusal, diagnostics);
    let starts = arguments.value("starts", "`first` or `next`", diagnostics);
    let starts = variant(starts, STARTS, errors::unknown_start, diagnostics);
    let on_failure = listener::on_failure(&mut arguments, diagnostics);
    let ends = listener::ends(&mut arguments, diagnostics);
    let effect = effect::keys(&mut arguments, diagnostics);
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    Keys { krate, name, on_failure, refused, starts, ends, effect }
}

fn variant(
    word: Option<syn::Ident>,
    words: &Words,
    unknown: fn(&syn::Ident) -> crate::diagnostics::Diagnostic,
    diagnostics: &mut Diagnostics,
) -> syn::Ident {
    let found = word.as_ref().map(|word| words.iter().find(|(known, _)| word == known));
    if let (Some(word), Some(None)) = (&word, found) {
        diagnostics.push(unknown(word));
    }
    let (_, variant) = found.flatten().unwrap_or(&words[0]);
    format_ident!("{variant}")
}

impl Keys {
    fn of(
        self,
        taker: Taker,
        owner: syn::Path,
        methods: Methods,
        item: TokenStream,
        diagnostics: &mut Diagnostics,
    ) -> Parsed {
        self.effect.refuse(None, diagnostics);
        let last = owner.segments.last();
        let name = last.map(|last| self.name.or_that_of(taker, &last.ident, diagnostics));
        Parsed::Policy(Box::new(Syntax {
            krate: self.krate,
            owner,
            function: None,
            name: name.unwrap_or_default(),
            on_failure: self.on_failure,
            refused: self.refused,
            starts: self.starts,
            ends: self.ends,
            listeners: methods.listeners,
            refusals: methods.refusals,
            item,
        }))
    }
}
