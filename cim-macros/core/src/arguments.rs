//! The arguments of an attribute: `Order, version = 2, unread`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::names;
use crate::scope;

/// The arguments of one attribute, of which a macro takes those it knows; what is left over is
/// a mistake.
pub(crate) struct Arguments {
    attribute: &'static str,
    arguments: Vec<Argument>,
    /// Keys that were asked for, in order, for the list of what is allowed.
    known: Vec<String>,
    /// Keys that were there, whether or not their values made sense.
    given: Vec<String>,
    /// Whether there are more, which could not be read.
    unread: bool,
}

struct Argument {
    /// The key; `None` for a path that stands alone.
    key: Option<syn::Ident>,
    tokens: TokenStream,
    value: Option<TokenStream>,
}

impl Arguments {
    /// Splits the tokens at their commas; each argument is read only when it is asked for, so that
    /// one mistake does not hide the others.
    pub(crate) fn parse(attribute: &'static str, tokens: TokenStream) -> Self {
        let arguments = split_at_commas(tokens).into_iter().map(Argument::new).collect();
        Self { attribute, arguments, known: Vec::new(), given: Vec::new(), unread: false }
    }

    /// The arguments of a derive's own attribute, which stands there once or not at all. `example` is
    /// what may stand in its parentheses.
    pub(crate) fn of_derive(
        attribute: &'static str,
        attrs: &[syn::Attribute],
        example: &str,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut found = attrs.iter().filter(|attr| attr.path().is_ident(attribute));
        let Some(first) = found.next() else { return Self::parse(attribute, TokenStream::new()) };
        let mut arguments = match &first.meta {
            syn::Meta::List(list) if matches!(list.delimiter, syn::MacroDelimiter::Paren(_)) => {
                Self::parse(attribute, list.tokens.clone())
            }
            _ => {
                diagnostics.push(no_parentheses(first, attribute, example));
                Self { unread: true, ..Self::parse(attribute, TokenStream::new()) }
            }
        };
        for again in found {
            diagnostics.push(attribute_twice(again, attribute));
            arguments.unread = true;
        }
        arguments
    }

    /// `#[tables(crate = path)]` above a derive, or the usual path.
    pub(crate) fn krate_of_derive(
        attribute: &'static str,
        attrs: &[syn::Attribute],
        diagnostics: &mut Diagnostics,
    ) -> syn::Path {
        let mut arguments = Self::of_derive(attribute, attrs, "crate = …", diagnostics);
        let krate = arguments.krate(diagnostics);
        arguments.finish(diagnostics);
        krate
    }

    /// The aggregate, which stands first, as in `#[event(Order)]`. `flags` are the words of the
    /// attribute that stand alone and are no aggregates.
    pub(crate) fn aggregate(
        &mut self,
        ident: &syn::Ident,
        flags: &[&str],
        diagnostics: &mut Diagnostics,
    ) -> Option<syn::Path> {
        let is_flag = |argument: &Argument| {
            flags.iter().any(|flag| argument.key.as_ref().is_some_and(|key| key == flag))
        };
        let stands_alone = |argument: &Argument| argument.value.is_none() && !is_flag(argument);
        let Some(found) = self.arguments.iter().position(stands_alone) else {
            diagnostics.push(no_aggregate(ident, self.attribute));
            return None;
        };
        let argument = self.arguments.remove(found);
        match syn::parse2(argument.tokens.clone()) {
            Ok(path) => {
                if found > 0 {
                    diagnostics.push(aggregate_not_first(&path, self.attribute));
                }
                Some(path)
            }
            Err(_) => {
                diagnostics.push(not_an_aggregate(&argument.tokens, ident, self.attribute));
                None
            }
        }
    }

    /// The value of `key`, in the form that `what` describes.
    pub(crate) fn value<T: syn::parse::Parse>(
        &mut self,
        key: &str,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<T> {
        let argument = self.take(key, diagnostics)?;
        let Some(value) = argument.value.filter(|value| !value.is_empty()) else {
            diagnostics.push(missing_value(&argument.tokens, key, what));
            return None;
        };
        match syn::parse2(value.clone()) {
            Ok(value) => Some(value),
            Err(_) => {
                // In quotes it can still be read, and is not missed elsewhere.
                let text = syn::parse2::<syn::LitStr>(value.clone());
                let inside = text.ok().and_then(|text| text.parse().ok());
                let mistake = wrong_value(&value, key, what);
                diagnostics.push(match &inside {
                    Some(_) => mistake.help("remove the quotes"),
                    None => mistake,
                });
                inside
            }
        }
    }

    /// The paths that stand alone, where none should.
    pub(crate) fn strays(&mut self) -> Vec<syn::Path> {
        let is_type = |argument: &mut Argument| {
            let key = argument.key.as_ref().map(ToString::to_string).unwrap_or_default();
            let path = syn::parse2::<syn::Path>(argument.tokens.clone());
            let is_path = path.is_ok_and(|path| path.segments.len() > 1);
            argument.value.is_none() && (is_path || key.starts_with(char::is_uppercase))
        };
        let strays = self.arguments.extract_if(.., is_type);
        strays.filter_map(|argument| syn::parse2(argument.tokens).ok()).collect()
    }

    /// Whether the key stands there, alone.
    pub(crate) fn flag(&mut self, key: &str, diagnostics: &mut Diagnostics) -> bool {
        let Some(argument) = self.take(key, diagnostics) else { return false };
        if argument.value.is_some() {
            diagnostics.push(flag_with_value(&argument.tokens, key));
        }
        true
    }

    /// The paths in the parentheses after `key`; none if it is not there.
    pub(crate) fn paths(&mut self, key: &str, diagnostics: &mut Diagnostics) -> Vec<syn::Path> {
        let Some(argument) = self.take(key, diagnostics) else { return Vec::new() };
        let Some(value) = argument.value else {
            diagnostics.push(missing_list(&argument.tokens, key));
            return Vec::new();
        };
        let mut paths = Vec::new();
        for tokens in split_at_commas(value) {
            match syn::parse2(tokens.clone()) {
                Ok(path) => paths.push(path),
                Err(_) => diagnostics.push(wrong_value(&tokens, key, "paths of types")),
            }
        }
        paths
    }

    /// The path under which the runtime is known: `crate = path`, or `::cim_runtime`.
    pub(crate) fn krate(&mut self, diagnostics: &mut Diagnostics) -> syn::Path {
        let path = self.value("crate", "a path, such as `my_framework::cim_runtime`", diagnostics);
        path.unwrap_or_else(scope::usual)
    }

    /// Whether the key was there, even with a value that made no sense.
    pub(crate) fn was_given(&self, key: &str) -> bool {
        self.given.iter().any(|given| given == key)
    }

    /// Whether something is left that nobody has taken: perhaps a key that is misspelt, or what stands
    /// where nobody reads it.
    pub(crate) fn has_more(&self) -> bool {
        self.unread || !self.arguments.is_empty()
    }

    /// Reports what nobody has taken.
    pub(crate) fn finish(self, diagnostics: &mut Diagnostics) {
        for argument in &self.arguments {
            diagnostics.push(match &argument.key {
                Some(key) => unknown_key(key, self.attribute, &self.known),
                None => unknown_argument(&argument.tokens, self.attribute, &self.known),
            });
        }
    }

    fn take(&mut self, key: &str, diagnostics: &mut Diagnostics) -> Option<Argument> {
        self.known.push(key.to_owned());
        let is_key = |argument: &Argument| argument.key.as_ref().is_some_and(|found| found == key);
        let found = self.arguments.iter().position(is_key)?;
        let argument = self.arguments.remove(found);
        self.given.push(key.to_owned());
        while let Some(again) = self.arguments.iter().position(is_key) {
            let again = self.arguments.remove(again);
            diagnostics.push(given_twice(
                again.key.as_ref().map_or(&again.tokens as _, |key| key as _),
                key,
            ));
        }
        Some(argument)
    }
}

impl Argument {
    fn new(tokens: TokenStream) -> Self {
        let mut trees = tokens.clone().into_iter();
        let (first, second) = (trees.next(), trees.next());
        let Some(TokenTree::Ident(key)) = first else {
            return Self { key: None, tokens, value: None };
        };
        match second {
            None => Self { key: Some(key), tokens, value: None },
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
                Self { key: Some(key), tokens, value: Some(trees.collect()) }
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                Self { key: Some(key), tokens, value: Some(group.stream()) }
            }
            Some(_) => Self { key: None, tokens, value: None },
        }
    }
}

/// The token streams between commas; an empty one after the last comma is none.
pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    let mut depth = 0;
    for tree in tokens {
        match &tree {
            TokenTree::Punct(punct) if punct.as_char() == ',' && depth == 0 => {
                parts.push(part.drain(..).collect());
                continue;
            }
            // Commas between angle brackets belong to a type; an arrow's head closes none.
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' && depth > 0 => depth -= 1,
            _ => {}
        }
        part.push(tree);
    }
    if !part.is_empty() {
        parts.push(part.into_iter().collect());
    }
    parts
}

/// Keys that one attribute has, and which that is.
const KEYS: [(&str, &str); 17] = [
    ("version", "event"),
    ("upcast", "event"),
    ("unread", "event"),
    ("domain", "aggregate"),
    ("id", "aggregate"),
    ("snapshot", "aggregate"),
    ("aggregates", "system"),
    ("policies", "system"),
    ("projections", "system"),
    ("on_failure", "projection"),
    ("sql", "projection"),
    ("refused", "policy"),
    ("starts", "policy"),
    ("ends", "policy"),
    ("timeout_seconds", "policy"),
    ("at_once", "policy"),
    ("attempts", "policy"),
];

fn unknown_key(key: &syn::Ident, attribute: &str, known: &[String]) -> Diagnostic {
    let name = key.to_string();
    let diagnostic = Diagnostic::at(key, format!("unknown key `{name}` for `#[{attribute}]`"));
    let allowed = names::list(known, "and");
    if let Some((_, other)) = KEYS.iter().find(|(key, other)| *key == name && *other != attribute) {
        return diagnostic.help(format!("`{name}` is a key of `#[{other}]`; allowed: {allowed}"));
    }
    match names::nearest(&name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`? allowed: {allowed}")),
        None => diagnostic.help(format!("allowed: {allowed}")),
    }
}

fn unknown_argument(tokens: &TokenStream, attribute: &str, known: &[String]) -> Diagnostic {
    let found = names::shown(tokens);
    Diagnostic::at(tokens, format!("`#[{attribute}]` cannot read `{found}`"))
        .help(format!("write `key = value`; the keys are {}", names::list(known, "and")))
}

fn no_aggregate(ident: &syn::Ident, attribute: &str) -> Diagnostic {
    Diagnostic::at(ident, format!("the {attribute} `{ident}` does not say whose it is")).help(
        format!("name its aggregate, such as `#[{attribute}({})]`", guessed(ident, attribute)),
    )
}

fn not_an_aggregate(tokens: &TokenStream, ident: &syn::Ident, attribute: &str) -> Diagnostic {
    let found = names::shown(tokens);
    let quoted = syn::parse2::<syn::LitStr>(tokens.clone());
    let inside = quoted.ok().and_then(|text| text.parse::<syn::Path>().ok());
    let name = inside.map_or_else(|| guessed(ident, attribute), |path| names::shown(&path));
    Diagnostic::at(tokens, format!("expected the type of an aggregate, found `{found}`")).help(
        format!("write `#[{attribute}({name})]`, without quotes, and a comma before what follows"),
    )
}

/// What the aggregate of this event or command may be called: `Order` of `OrderPlaced`, and of
/// `PlaceOrder`.
fn guessed(ident: &syn::Ident, attribute: &str) -> String {
    let name = names::plain(ident);
    let words = names::words(&name);
    let word = if attribute == "command" { words.last() } else { words.first() };
    word.filter(|_| words.len() > 1).map_or_else(|| "…".to_owned(), |word| (*word).to_owned())
}

fn aggregate_not_first(path: &syn::Path, attribute: &str) -> Diagnostic {
    let found = names::shown(path);
    Diagnostic::at(path, format!("the aggregate `{found}` does not stand first"))
        .help(format!("write `#[{attribute}({found}, …)]`"))
}

fn no_parentheses(attr: &syn::Attribute, attribute: &str, example: &str) -> Diagnostic {
    Diagnostic::at(attr, format!("`#[{attribute}]` takes its arguments in parentheses"))
        .help(format!("write `#[{attribute}({example})]`, or remove it"))
}

fn attribute_twice(again: &syn::Attribute, attribute: &str) -> Diagnostic {
    Diagnostic::at(again, format!("`#[{attribute}(…)]` stands here a second time"))
        .help("keep one, with the arguments of both")
}

fn given_twice(place: &dyn ToTokens, key: &str) -> Diagnostic {
    Diagnostic::at(place, format!("`{key}` is given twice")).help("keep one of them")
}

fn missing_value(tokens: &TokenStream, key: &str, what: &str) -> Diagnostic {
    Diagnostic::at(tokens, format!("`{key}` has no value"))
        .help(format!("write `{key} = …`: {what}"))
}

fn missing_list(tokens: &TokenStream, key: &str) -> Diagnostic {
    Diagnostic::at(tokens, format!("`{key}` names nothing")).help(format!("write `{key}(A, B)`"))
}

fn wrong_value(place: &dyn ToTokens, key: &str, what: &str) -> Diagnostic {
    let found = names::shown(&quote!(#place));
    Diagnostic::at(place, format!("`{key}` must be {what}, found `{found}`"))
}

fn flag_with_value(tokens: &TokenStream, key: &str) -> Diagnostic {
    Diagnostic::at(tokens, format!("`{key}` takes no value")).help(format!("write `{key}` alone"))
}
