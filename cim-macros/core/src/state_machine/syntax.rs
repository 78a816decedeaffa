//! What was written: the header, the methods and their attributes, with every token's place.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Token, token};

use super::errors::Instead;
use super::examples::Examples;
use super::{answer, errors};
use crate::arguments::split_at_commas;
use crate::diagnostics::Diagnostics;
use crate::fields::is_cfg;
use crate::item;
use crate::names;
use crate::world;

/// The machine as it was written.
pub(super) struct Syntax {
    pub(super) krate: syn::Path,
    /// The type that has the machine.
    pub(super) owner: syn::Path,
    pub(super) kind: Kind,
    pub(super) states: Vec<StateDecl>,
    pub(super) regions: Vec<RegionDecl>,
    pub(super) deciders: Vec<Decider>,
    pub(super) outputs: Vec<Output>,
    pub(super) folds: Vec<Fold>,
    pub(super) examples: Examples,
    /// The impl, without our attributes.
    pub(super) item: TokenStream,
}

impl Syntax {
    /// The last name of the owner.
    pub(super) fn owner_ident(&self) -> &syn::Ident {
        &self.owner.segments.last().expect("a path has a segment").ident
    }
}

/// What an event is a function of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The state, the data and the command.
    Mealy,
    /// The state that is entered, and the data before it.
    Moore,
}

/// A state in the header.
pub(super) struct StateDecl {
    pub(super) attrs: Vec<syn::Attribute>,
    pub(super) ident: syn::Ident,
    pub(super) initial: Option<syn::Ident>,
    pub(super) terminal: Option<syn::Ident>,
}

/// A machine inside this one: `region skills: Skills in Active | Retired`.
pub(super) struct RegionDecl {
    pub(super) field: syn::Ident,
    pub(super) ty: syn::Path,
    /// The states in which its commands are taken; none are written where it is open in each that is
    /// not terminal.
    pub(super) open_in: Vec<syn::Ident>,
}

/// A method with `#[transition]`.
pub(super) struct Decider {
    pub(super) signature: syn::Signature,
    pub(super) arrows: Vec<Arrow>,
}

/// A method with `#[output]`.
pub(super) struct Output {
    pub(super) signature: syn::Signature,
    /// The attribute, and the state in it if that could be read.
    pub(super) attribute: syn::Attribute,
    pub(super) state: Option<syn::Ident>,
}

/// A method with `#[apply]`.
pub(super) struct Fold {
    pub(super) signature: syn::Signature,
    /// Whether the attribute has an arrow, even one that could not be read.
    pub(super) replayed: bool,
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

/// A part of the header as it stands there: attributes, words, and whatever else.
struct Words {
    attrs: Vec<syn::Attribute>,
    words: Vec<syn::Ident>,
    rest: TokenStream,
}

impl Parse for Words {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let mut words = Vec::new();
        while input.peek(syn::Ident::peek_any) {
            words.push(syn::Ident::parse_any(input)?);
        }
        Ok(Self { attrs, words, rest: input.parse()? })
    }
}

/// What there is of a machine.
pub(super) enum Parsed {
    Machine(Box<Syntax>),
    /// Nothing that could have a machine: the item, as it goes out again.
    Nothing(TokenStream),
}

/// Reads header and impl. A mistake leaves out the part that it is in.
pub(super) fn parse(
    args: TokenStream,
    tokens: TokenStream,
    diagnostics: &mut Diagnostics,
) -> Parsed {
    let Header { krate, kind, states, regions } = header(args, diagnostics);
    let of_two = kind.is_none();
    let kind = kind.unwrap_or(Kind::Mealy);
    let mut item = match syn::parse2::<syn::Item>(tokens.clone()) {
        Ok(syn::Item::Impl(item)) => item,
        Ok(other) => {
            let ident = match &other {
                syn::Item::Struct(item) => Some(&item.ident),
                syn::Item::Enum(item) => Some(&item.ident),
                _ => None,
            };
            diagnostics.push(errors::not_an_impl(&item::head(&tokens), ident, &states));
            // On the struct there is no machine, but its commands and events count on one.
            return match other {
                syn::Item::Struct(syn::ItemStruct { ident, generics, .. })
                | syn::Item::Enum(syn::ItemEnum { ident, generics, .. })
                    if generics.params.is_empty() =>
                {
                    Parsed::Machine(Box::new(Syntax {
                        krate,
                        examples: Examples::new(names::plain(&ident), &states),
                        owner: ident.into(),
                        kind,
                        states,
                        regions,
                        deciders: Vec::new(),
                        outputs: Vec::new(),
                        folds: Vec::new(),
                        item: tokens,
                    }))
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
    let name = owner.as_ref().map(answer::last_name).unwrap_or_default();
    let mut examples = Examples::new(name, &states);
    let Methods { deciders, outputs, folds } = methods(&mut item, &mut examples, diagnostics);
    // Which of the two is meant, its methods say: as the other one they would be mistakes.
    let kind = if of_two && !outputs.is_empty() { Kind::Moore } else { kind };
    if is_ambiguous(&item) {
        diagnostics.leave_to_rustc();
    }
    let item = item.into_token_stream();
    match owner {
        Some(owner) => Parsed::Machine(Box::new(Syntax {
            krate,
            owner,
            kind,
            states,
            regions,
            deciders,
            outputs,
            folds,
            examples,
            item,
        })),
        None => Parsed::Nothing(item),
    }
}

struct Header {
    krate: syn::Path,
    /// None where it is said to be of both kinds.
    kind: Option<Kind>,
    states: Vec<StateDecl>,
    regions: Vec<RegionDecl>,
}

fn header(args: TokenStream, diagnostics: &mut Diagnostics) -> Header {
    let mut kinds: Vec<syn::Ident> = Vec::new();
    let mut states = Vec::new();
    let mut regions = Vec::new();
    let mut keys = TokenStream::new();
    for part in split_at_commas(args) {
        let mut trees = part.clone().into_iter();
        let (key, second) = (trees.next(), trees.next());
        let is_word = |key: &TokenTree| {
            ["initial", "terminal", "states", "state"].contains(&key.to_string().as_str())
        };
        if second.is_some_and(|second| second.to_string() == "=")
            && !key.is_some_and(|it| is_word(&it))
        {
            keys.extend(quote!(#part,));
            continue;
        }
        let Ok(Words { attrs, mut words, rest }) = syn::parse2(part.clone()) else {
            states.extend(unread_states(part, diagnostics));
            continue;
        };
        match words.as_slice() {
            [] => {
                states.extend(unread_states(part, diagnostics));
                continue;
            }
            [word] if (word == "mealy" || word == "moore") && rest.is_empty() => {
                match kinds.first() {
                    Some(first) if first == word => diagnostics.push(errors::word_twice(word)),
                    Some(first) => diagnostics.push(errors::two_kinds(word, first)),
                    None => {}
                }
                kinds.push(word.clone());
                continue;
            }
            [word, name @ ..] if word == "region" && !(name.is_empty() && rest.is_empty()) => {
                if let Some(cfg) = attrs.iter().find(|attr| is_cfg(attr)) {
                    diagnostics.push(errors::conditional(cfg));
                }
                let region = region(name, &rest).or_else(|| {
                    diagnostics.push(errors::unreadable_region(&part));
                    unread_region(name, rest)
                });
                regions.extend(region);
                continue;
            }
            _ if !rest.is_empty() => {
                states.extend(unread_states(part, diagnostics));
                continue;
            }
            _ => {}
        }
        if let Some(cfg) = attrs.iter().find(|attr| is_cfg(attr)) {
            diagnostics.push(errors::conditional(cfg));
        }
        // The name is the last word: a state may be called `initial`.
        let ident = words.pop().expect("there is a word");
        let attrs = attrs.into_iter().filter(|attr| !is_cfg(attr)).collect();
        states.extend(state(attrs, words, ident, diagnostics));
    }
    let is_moore = |kind: &syn::Ident| kind == "moore";
    let kind = match (kinds.iter().any(is_moore), kinds.iter().all(is_moore)) {
        (true, true) => Some(Kind::Moore),
        (true, false) => None,
        (false, _) => Some(Kind::Mealy),
    };
    Header { krate: super::krate(keys, diagnostics), kind, states, regions }
}

/// Reports what is no state, and gives those that may have been meant, so that their transitions are
/// not reported too: every name that is there, also in parentheses and quotes.
fn unread_states(part: TokenStream, diagnostics: &mut Diagnostics) -> Vec<StateDecl> {
    let mut states = Vec::new();
    collect_states(part.clone(), &mut states);
    diagnostics.push(errors::unreadable_state(&part, &states));
    states
}

fn collect_states(part: TokenStream, states: &mut Vec<StateDecl>) {
    let (mut initial, mut terminal) = (None, None);
    let mut behind_a_name = false;
    for tree in part {
        let mut is_name = false;
        match tree {
            TokenTree::Ident(word) if word == "initial" => initial = Some(word),
            TokenTree::Ident(word) if word == "terminal" => terminal = Some(word),
            TokenTree::Ident(word) if word == "states" || word == "state" => {}
            TokenTree::Ident(ident) if syn::parse_str::<syn::Ident>(&ident.to_string()).is_ok() => {
                let (initial, terminal) = (initial.take(), terminal.take());
                states.push(StateDecl { attrs: Vec::new(), ident, initial, terminal });
                is_name = true;
            }
            // Behind the name of a state stands what would be its data.
            TokenTree::Group(group) if !behind_a_name => collect_states(group.stream(), states),
            TokenTree::Literal(text) => {
                if let syn::Lit::Str(text) = syn::Lit::new(text)
                    && let Ok(inside) = text.parse()
                {
                    collect_states(inside, states);
                }
            }
            _ => {}
        }
        behind_a_name = is_name;
    }
}

/// What stands behind `region`: a name, and `: Skills in Active | Retired`.
fn region(name: &[syn::Ident], rest: &TokenStream) -> Option<RegionDecl> {
    let [field] = name else { return None };
    let parse = |input: ParseStream<'_>| {
        input.parse::<Token![:]>()?;
        let ty = input.call(syn::Path::parse_mod_style)?;
        let mut open_in = Vec::new();
        if input.peek(Token![in]) {
            input.parse::<Token![in]>()?;
            let states = Punctuated::<_, Token![|]>::parse_separated_nonempty_with(
                input,
                syn::Ident::parse_any,
            )?;
            open_in.extend(states);
        }
        Ok(RegionDecl { field: field.clone(), ty, open_in })
    };
    parse.parse2(rest.clone()).ok()
}

/// The region that may have been meant, so that its machine is not reported too.
fn unread_region(name: &[syn::Ident], rest: TokenStream) -> Option<RegionDecl> {
    let mut behind = rest.into_iter().skip_while(|token| token.to_string() != ":");
    behind.next()?;
    let ty = syn::Path::parse_mod_style.parse2(behind.collect()).ok()?;
    Some(RegionDecl { field: name.first()?.clone(), ty, open_in: Vec::new() })
}

/// One state, with the words before its name; of words that could be states themselves there may be
/// more, so that their transitions are not reported too.
fn state(
    attrs: Vec<syn::Attribute>,
    words: Vec<syn::Ident>,
    ident: syn::Ident,
    diagnostics: &mut Diagnostics,
) -> Vec<StateDecl> {
    let mut states = Vec::new();
    let mut state = StateDecl { attrs, ident, initial: None, terminal: None };
    for word in words {
        let place = match word.to_string().as_str() {
            "initial" => &mut state.initial,
            "terminal" => &mut state.terminal,
            _ => {
                diagnostics.push(errors::unknown_word(&word, &state.ident));
                if syn::parse_str::<syn::Ident>(&word.to_string()).is_ok() {
                    let (initial, terminal) = (state.initial.take(), state.terminal.take());
                    states.push(StateDecl { attrs: Vec::new(), ident: word, initial, terminal });
                }
                continue;
            }
        };
        if place.is_some() {
            diagnostics.push(errors::word_twice(&word));
        }
        *place = Some(word);
    }
    states.push(state);
    states
}

fn owner(item: &syn::ItemImpl, diagnostics: &mut Diagnostics) -> Option<syn::Path> {
    if let Some((of, _)) = &item.trait_ {
        diagnostics.push(errors::trait_impl(of, &item.self_ty));
    }
    if let syn::Type::Path(path) = answer::ungrouped(&item.self_ty)
        && let Some(segment) = path.path.segments.last()
    {
        if path.path.segments.len() > 1 {
            diagnostics.push(errors::foreign_owner(&path.path));
        }
        if !item.generics.params.is_empty() || !segment.arguments.is_empty() {
            diagnostics.push(errors::generic_machine(&item.self_ty));
            return None;
        }
        return Some(path.path.clone());
    }
    diagnostics.push(errors::not_a_named_type(&item.self_ty));
    None
}

/// Whether two methods have one name. rustc shows both; to call either would be a second mistake.
fn is_ambiguous(item: &syn::ItemImpl) -> bool {
    let names = item.items.iter().filter_map(|item| match item {
        syn::ImplItem::Fn(method) => Some(&method.sig.ident),
        _ => None,
    });
    let mut names: Vec<_> = names.collect();
    let count = names.len();
    names.sort();
    names.dedup();
    names.len() < count
}

/// The methods that have our attributes.
#[derive(Default)]
struct Methods {
    deciders: Vec<Decider>,
    outputs: Vec<Output>,
    folds: Vec<Fold>,
}

/// Takes our attributes off the methods.
fn methods(
    item: &mut syn::ItemImpl,
    examples: &mut Examples,
    diagnostics: &mut Diagnostics,
) -> Methods {
    let mut methods = Methods::default();
    gather(item, examples);
    for item in &mut item.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        let transitions = take(&mut method.attrs, "transition");
        let outputs = take(&mut method.attrs, "output");
        let applies = take(&mut method.attrs, "apply");
        let firsts = [transitions.first(), outputs.first(), applies.first()];
        let firsts: Vec<_> = firsts.into_iter().flatten().collect();
        match firsts.as_slice() {
            [] => continue,
            [_] => {}
            [first, ..] => diagnostics.push(errors::both_attributes(first, &method.sig.ident)),
        }
        if let Some(cfg) = method.attrs.iter().find(|attr| is_cfg(attr)) {
            diagnostics.push(errors::conditional(cfg));
        }
        let signature = method.sig.clone();
        if !transitions.is_empty() {
            from_outside(method, Instead::Context(context(&signature)), diagnostics);
            let arrows = transitions.iter();
            let arrows = arrows
                .filter_map(|attr| arrow(attr, "transition", &signature, examples, diagnostics));
            let arrows = arrows.collect();
            methods.deciders.push(Decider { signature, arrows });
        } else if !outputs.is_empty() {
            from_outside(method, Instead::Nothing, diagnostics);
            for attribute in outputs {
                let state = output_state(&attribute, examples, diagnostics);
                methods.outputs.push(Output { signature: signature.clone(), attribute, state });
            }
        } else {
            from_outside(method, Instead::Event, diagnostics);
            let arrows = applies.iter();
            let arrows = arrows
                .filter_map(|attr| arrow(attr, "apply", &signature, examples, diagnostics))
                .collect();
            let is_plain = |attr: &syn::Attribute| matches!(attr.meta, syn::Meta::Path(_));
            let replayed = !applies.iter().all(is_plain);
            methods.folds.push(Fold { signature, replayed, arrows });
        }
    }
    methods
}

/// Gathers the names that errors can take their examples from.
fn gather(item: &syn::ItemImpl, examples: &mut Examples) {
    for item in &item.items {
        let syn::ImplItem::Fn(method) = item else { continue };
        let ours = ["transition", "output", "apply"];
        if !method.attrs.iter().any(|attr| ours.iter().any(|name| is_ours(attr, name))) {
            examples.other(&method.sig);
        }
        for attr in &method.attrs {
            if is_ours(attr, "apply") {
                examples.fold(&method.sig);
            } else if is_ours(attr, "transition") || is_ours(attr, "output") {
                examples.answer(&method.sig);
            }
            if let syn::Meta::List(list) = &attr.meta
                && is_ours(attr, "transition")
                && let Ok(arrow) = Arrow::parse.parse2(list.tokens.clone())
            {
                examples.arrow(&arrow);
            }
        }
    }
}

/// Reports what a method takes from outside.
fn from_outside(method: &mut syn::ImplItemFn, instead: Instead<'_>, diagnostics: &mut Diagnostics) {
    let mistake = |path: &[_], source| errors::from_outside(path, source, instead);
    world::check(&mut method.attrs, &mut method.block, mistake, diagnostics);
}

/// The name of a decision's second parameter.
fn context(signature: &syn::Signature) -> Option<&syn::Ident> {
    match signature.inputs.get(2)? {
        syn::FnArg::Typed(typed) => match &*typed.pat {
            syn::Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    }
}

fn output_state(
    attribute: &syn::Attribute,
    examples: &Examples,
    diagnostics: &mut Diagnostics,
) -> Option<syn::Ident> {
    let state = attribute.parse_args_with(syn::Ident::parse_any);
    if state.is_err() {
        diagnostics.push(errors::output_without_state(&attribute.meta, examples));
    }
    state.ok()
}

fn take(attrs: &mut Vec<syn::Attribute>, name: &str) -> Vec<syn::Attribute> {
    attrs.extract_if(.., |attr| is_ours(attr, name)).collect()
}

/// Whether the attribute has this name, also as `#[cim_runtime::prelude::transition(…)]`.
fn is_ours(attr: &syn::Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

fn arrow(
    attr: &syn::Attribute,
    name: &str,
    signature: &syn::Signature,
    examples: &Examples,
    diagnostics: &mut Diagnostics,
) -> Option<Arrow> {
    let tokens = match &attr.meta {
        syn::Meta::Path(_) if name == "apply" => return None,
        syn::Meta::List(list)
            if matches!(list.delimiter, syn::MacroDelimiter::Paren(token::Paren { .. })) =>
        {
            &list.tokens
        }
        meta => {
            diagnostics.push(errors::no_arrow(meta, name, examples));
            return None;
        }
    };
    match Arrow::parse.parse2(tokens.clone()) {
        Ok(arrow) => Some(arrow),
        Err(error) => {
            diagnostics.push(match (tokens.is_empty(), targets_with_bars(tokens)) {
                (true, _) => errors::no_arrow(&attr.meta, name, examples),
                (false, Some(targets)) if name == "transition" => {
                    let events = answer::events_of(&signature.output);
                    errors::targets_with_bars(&targets, &events)
                }
                _ => errors::unreadable_arrow(tokens, error.span(), name, examples),
            });
            None
        }
    }
}

/// The targets of `A -> B | C`, which is what sources look like.
fn targets_with_bars(tokens: &TokenStream) -> Option<Punctuated<syn::Ident, Token![|]>> {
    let parse = |input: ParseStream<'_>| {
        Punctuated::<Source, Token![|]>::parse_separated_nonempty(input)?;
        input.parse::<Token![->]>()?;
        Punctuated::parse_separated_nonempty(input)
    };
    parse.parse2(tokens.clone()).ok()
}
