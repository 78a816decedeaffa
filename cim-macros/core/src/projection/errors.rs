//! What `#[projection]`, `#[on]` and `#[query]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;
use crate::listener::receiver;
use crate::names;

pub(super) fn outside(attribute: &str, places: &str, attributes: &str) -> Diagnostic {
    // Without tokens the place is the attribute itself.
    Diagnostic::at(&TokenStream::new(), format!("`#[{attribute}]` stands outside of {places}"))
        .help(format!("put the method into an `impl` with {attributes} above it"))
}

// The keys and the impl.

pub(super) fn version_out_of_range(literal: &syn::LitInt) -> Diagnostic {
    Diagnostic::at(literal, format!("`version = {literal}` makes no rows anew"))
        .note("a projection that gives no version is version 1")
        .help("write `version = 2`, and one more each time that the rows are to be made anew")
}

pub(super) fn not_an_impl(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[projection]` stands on the `impl` of what keeps the rows").help(
        "write `#[derive(Tables)]` on the struct, and `#[projection] impl OrderBook { … }` below",
    )
}

pub(super) fn keeps_nothing(owner: &syn::Path) -> Diagnostic {
    let name = names::shown(owner);
    Diagnostic::at(owner, format!("the projection `{name}` keeps nothing: it has no tables"))
        .help(format!("write `pub struct {name} {{ rows: Table<Key, Row> }}`"))
}

pub(super) fn has_settings(owner: &syn::Path) -> Diagnostic {
    let name = names::shown(owner);
    Diagnostic::at(owner, format!("the projection `{name}` has settings, as only policies have"))
        .note("its rows follow from the events alone, or they could not be made anew")
        .help("remove them, and put what depends on them into the question")
}

// Methods.

pub(super) fn both_attributes(second: &syn::Attribute, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, format!("`{method}` takes an event or a question, once"))
        .note("`#[on]` methods make rows of events, `#[query]` methods answer from the rows")
        .help("keep one attribute, and write a method for each")
}

pub(super) fn async_method(token: &syn::token::Async) -> Diagnostic {
    Diagnostic::at(token, "a projection's methods cannot be `async`")
        .note("rows are made from the events alone, and answers from the rows: neither waits")
        .help("remove `async`; what acts on the world is a policy")
}

pub(super) fn conditional(cfg: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(cfg, "what a projection takes cannot depend on features")
        .note("each build of the program would make anew the rows that another has made")
        .help("remove the `#[cfg]`")
}

// Methods that take questions.

pub(super) fn answers_by_reference(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(
        &receiver(signature),
        format!("`{method}` answers a question, and must take `&self`"),
    )
    .note("only events change rows")
    .help(format!("write `fn {method}(&self, question: …) -> …`"))
}

pub(super) fn takes_no_question(method: &syn::Ident) -> Diagnostic {
    let question = names::camel_case(&names::plain(method));
    Diagnostic::at(method, format!("`{method}` does not say which question it answers")).help(
        format!("write `fn {method}(&self, question: {question}) -> …`, with `pub struct {question} {{ … }}`"),
    )
}

pub(super) fn takes_more_than_the_question(second: &syn::PatType) -> Diagnostic {
    Diagnostic::at(second, "a `#[query]` method takes a question, and nothing else")
        .note("whoever asks sends one value")
        .help("put it into the question, as a field")
}

pub(super) fn question_by_reference(reference: &syn::TypeReference) -> Diagnostic {
    let (found, owned) = (names::shown(reference), names::shown(&reference.elem));
    Diagnostic::at(reference, format!("a question is handed over, and not lent, found `{found}`"))
        .help(format!("write `question: {owned}`"))
}

pub(super) fn not_a_question(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    let inside = match ty {
        syn::Type::Reference(reference) => owned(reference),
        _ => found.clone(),
    };
    Diagnostic::at(ty, format!("expected a question, found `{found}`"))
        .note("a question is told from others by its type, which is one of your own")
        .help(format!(
            "write a struct around it, such as `pub struct OrdersOf {{ pub of: {inside} }}`"
        ))
}

pub(super) fn question_taken_twice(ty: &syn::TypePath, first: &syn::Ident) -> Diagnostic {
    let name = names::shown(ty);
    Diagnostic::at(ty, format!("the question `{name}` is answered by `{first}` already"))
        .help("keep one of them, or write a question of its own for each")
}

pub(super) fn answers_nothing(method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(method, format!("`{method}` returns nothing, but a question has an answer"))
        .help(format!("say what it returns: `fn {method}(…) -> …`"))
}

pub(super) fn unnamed_answer(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    Diagnostic::at(ty, format!("an answer has a type with a name, found `{found}`"))
        .help("return a `Vec`, or the type itself")
}

pub(super) fn borrowed_answer(reference: &syn::TypeReference) -> Diagnostic {
    let found = names::shown(reference);
    Diagnostic::at(
        reference,
        format!("an answer outlives the rows that it was read from, found `{found}`"),
    )
    .help(format!("return it whole: `{}`", owned(reference)))
}

fn owned(reference: &syn::TypeReference) -> String {
    match &*reference.elem {
        syn::Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        syn::Type::Slice(slice) => format!("Vec<{}>", names::shown(&slice.elem)),
        other => names::shown(other),
    }
}
