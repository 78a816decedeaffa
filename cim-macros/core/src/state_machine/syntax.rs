//! What was written: the header, the methods and their attributes, with every token's place.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Token, token};

use super::errors;
use crate::arguments::split_at_commas;
use crate::diagnostics::Diagnostics;
use crate::fields::is_cfg;

/// The machine as it was written.
pub(super) struct Syntax {
    pub(super) krate: syn::Path,
    /// The type that has the machine.
    pub(super) owner: syn::Ident,
    pub(super) states: Vec<StateDecl>,
    pub(super) deciders: Vec<Decider>,
    pub(super) folds: Vec<Fold>,
    /// The impl, without our attributes.
    pub(super) item: syn::ItemImpl,
}

/// A state in the header.
pub(super) struct StateDecl {
    pub(super) attrs: Vec<syn::Attribute>,
    pub(super) ident: syn::Ident,
    pub(super) initial: Option<syn::Ident>,
    pub(super) terminal: Option<syn::Ident>,
}

/// A method with `#[transition]`.
pub(super) struct Decider {
    pub(super) signature: syn::Signature,
    pub(super) arrows: Vec<Arrow>,
}

/// A method with `#[apply]`.
pub(super) struct Fold {
    pub(super) signature: syn::Signature,
    /// The rows of an event that is only replayed.
    pub(super) arrows: Vec<Arrow>,
}

/// `A | B -> C on E, D on F`, or `A | B` for those that stay.
pub(super) struct Arrow {
    pub(super) sources: Vec<Source>,
    pub(super) targets: Vec<Target>,
}

/// A state that a transition starts from.
pub(super) enum Source {
    State(syn::Ident),
    /// Every state that takes the command nowhere else.
    Any(Token![*]),
}

/// A state that a transition leads to.
pub(super) struct Target {
    pub(super) state: syn::Ident,
    /// The event that leads there, where a method has several.
    pub(super) on: Option<syn::Path>,
}

impl ToTokens for Source {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Source::State(ident) => ident.to_tokens(tokens),
            Source::Any(star) => star.to_tokens(tokens),
        }
    }
}

impl Parse for Arrow {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut sources = vec![input.parse()?];
        while input.peek(Token![|]) {
            input.parse::<Token![|]>()?;
            sources.push(input.parse()?);
        }
        let mut targets = Vec::new();
        if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            let written = Punctuated::<Target, Token![,]>::parse_separated_nonempty(input)?;
            targets.extend(written);
        }
        if !input.is_empty() {
            return Err(input.error("more follows"));
        }
        Ok(Self { sources, targets })
    }
}

impl Parse for Source {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![*]) {
            return input.parse().map(Source::Any);
        }
        syn::Ident::parse_any(input).map(Source::State)
    }
}

impl Parse for Target {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let state = syn::Ident::parse_any(input)?;
        let on = input.peek(syn::Ident) && input.fork().parse::<syn::Ident>()? == "on";
        if !on {
            return Ok(Self { state, on: None });
        }
        input.parse::<syn::Ident>()?;
        Ok(Self { state, on: Some(input.parse()?) })
    }
}

impl Parse for StateDecl {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let mut words = vec![syn::Ident::parse_any(input)?];
        // `initial` and `terminal` are words only before a name: a state may be called so.
        while input.peek(syn::Ident::peek_any) {
            words.push(syn::Ident::parse_any(input)?);
        }
        if !input.is_empty() {
            return Err(input.error("more follows"));
        }
        let (mut initial, mut terminal) = (None, None);
        let Some(ident) = words.pop() else { return Err(input.error("no name")) };
        for word in words {
            match word.to_string().as_str() {
                "initial" => initial = Some(word),
                "terminal" => terminal = Some(word),
                _ => return Err(syn::Error::new(word.span(), "unknown word")),
            }
        }
        Ok(Self { attrs, ident, initial, terminal })
    }
}

/// Reads header and impl. `None` if there is no impl to speak of; other mistakes leave out the part
/// they are in.
pub(super) fn parse(
    args: TokenStream,
    item: TokenStream,
    diagnostics: &mut Diagnostics,
) -> Option<Syntax> {
    let (krate, states) = header(args, diagnostics);
    let mut item = match syn::parse2::<syn::ItemImpl>(item.clone()) {
        Ok(item) => item,
        Err(_) => {
            diagnostics.push(errors::not_an_impl(&item));
            return None;
        }
    };
    let owner = owner(&item, diagnostics)?;
    let (deciders, folds) = methods(&mut item, diagnostics);
    Some(Syntax { krate, owner, states, deciders, folds, item })
}

fn header(args: TokenStream, diagnostics: &mut Diagnostics) -> (syn::Path, Vec<StateDecl>) {
    let mut states = Vec::new();
    let mut keys = TokenStream::new();
    for part in split_at_commas(args) {
        if part.clone().into_iter().nth(1).is_some_and(|second| second.to_string() == "=") {
            keys.extend(part);
            continue;
        }
        match syn::parse2::<StateDecl>(part.clone()) {
            Ok(state) if state.attrs.is_empty() && is_kind(&state, "mealy") => {}
            Ok(state) if state.attrs.is_empty() && is_kind(&state, "moore") => {
                diagnostics.push(errors::no_moore_machines(&state.ident));
            }
            Ok(state) => states.push(state),
            Err(_) => diagnostics.push(errors::unreadable_state(&part)),
        }
    }
    (super::krate(keys, diagnostics), states)
}

fn is_kind(state: &StateDecl, kind: &str) -> bool {
    state.ident == kind && state.initial.is_none() && state.terminal.is_none()
}

fn owner(item: &syn::ItemImpl, diagnostics: &mut Diagnostics) -> Option<syn::Ident> {
    if let Some((of, _)) = &item.trait_ {
        diagnostics.push(errors::trait_impl(of));
        return None;
    }
    if let syn::Type::Path(path) = &*item.self_ty
        && let Some(segment) = path.path.segments.last()
    {
        if path.path.segments.len() > 1 {
            diagnostics.push(errors::foreign_owner(&path.path));
        }
        if !item.generics.params.is_empty() || !segment.arguments.is_empty() {
            diagnostics.push(errors::generic_machine(&item.self_ty));
            return None;
        }
        return Some(segment.ident.clone());
    }
    diagnostics.push(errors::not_a_named_type(&item.self_ty));
    None
}

/// Takes our attributes off the methods.
fn methods(item: &mut syn::ItemImpl, diagnostics: &mut Diagnostics) -> (Vec<Decider>, Vec<Fold>) {
    let (mut deciders, mut folds) = (Vec::new(), Vec::new());
    for item in &mut item.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        let transitions = take(&mut method.attrs, "transition");
        let applies = take(&mut method.attrs, "apply");
        if transitions.is_empty() && applies.is_empty() {
            continue;
        }
        if let Some(cfg) = method.attrs.iter().find(|attr| is_cfg(attr)) {
            diagnostics.push(errors::conditional_method(cfg));
        }
        if let (Some(transition), Some(_)) = (transitions.first(), applies.first()) {
            diagnostics.push(errors::both_attributes(transition, &method.sig.ident));
            continue;
        }
        let signature = method.sig.clone();
        if transitions.is_empty() {
            let arrows =
                applies.iter().filter_map(|attr| arrow(attr, "apply", diagnostics)).collect();
            folds.push(Fold { signature, arrows });
        } else {
            let arrows =
                transitions.iter().filter_map(|attr| arrow(attr, "transition", diagnostics));
            let arrows = arrows.collect();
            deciders.push(Decider { signature, arrows });
        }
    }
    (deciders, folds)
}

fn take(attrs: &mut Vec<syn::Attribute>, name: &str) -> Vec<syn::Attribute> {
    // Also as `#[cim_runtime::prelude::transition(…)]`.
    let is_ours =
        |attr: &syn::Attribute| attr.path().segments.last().is_some_and(|last| last.ident == name);
    attrs.extract_if(.., |attr| is_ours(attr)).collect()
}

fn arrow(attr: &syn::Attribute, name: &str, diagnostics: &mut Diagnostics) -> Option<Arrow> {
    let tokens = match &attr.meta {
        syn::Meta::Path(_) if name == "apply" => return None,
        syn::Meta::List(list)
            if matches!(list.delimiter, syn::MacroDelimiter::Paren(token::Paren { .. })) =>
        {
            &list.tokens
        }
        meta => {
            diagnostics.push(errors::no_arrow(meta, name));
            return None;
        }
    };
    match Arrow::parse.parse2(tokens.clone()) {
        Ok(arrow) => Some(arrow),
        Err(error) => {
            diagnostics.push(errors::unreadable_arrow(tokens, error.span(), name));
            None
        }
    }
}
