//! What `#[projection]`, `#[on]` and `#[query]` can say.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::diagnostics::Diagnostic;
use crate::names;

pub(super) fn outside_a_projection(attribute: &str) -> Diagnostic {
    // Without tokens the place is the attribute itself.
    Diagnostic::at(&TokenStream::new(), format!("`#[{attribute}]` stands outside of a projection"))
        .help("put the method into an `impl` with `#[projection]` above it")
}

// The keys and the impl.

pub(super) fn not_a_name(literal: &syn::LitStr) -> Diagnostic {
    let found = literal.value();
    Diagnostic::at(literal, format!("`{found}` cannot be the name of a projection"))
        .help("use up to 40 of the letters a-z, digits, `_`, and `-`")
}

pub(super) fn name_is_no_token(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("the rows of `{ident}` cannot be kept under its name"))
        .help("give it one of up to 40 of the letters a-z, digits, `_`, and `-`: `#[projection(name = \"…\")]`")
}

pub(super) fn version_out_of_range(literal: &syn::LitInt) -> Diagnostic {
    Diagnostic::at(literal, format!("`version = {literal}` has no rows made anew"))
        .note("a projection that gives no version is version 1")
        .help("write `version = 2`, and one more each time that the rows are to be made anew")
}

pub(super) fn unknown_failure(word: &syn::Ident) -> Diagnostic {
    Diagnostic::at(word, format!("`{word}` is nothing that can happen on a failure"))
        .note("`park` puts the event aside and goes on, `stop` waits for another program")
        .help("write `on_failure = park`, or `on_failure = stop`")
}

pub(super) fn not_an_impl(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[projection]` stands on the `impl` of what keeps the rows").help(
        "write `#[derive(Tables)]` on the struct, and `#[projection] impl OrderBook { … }` below",
    )
}

pub(super) fn trait_impl(path: &syn::Path, owner: &syn::Type) -> Diagnostic {
    let (name, owner) = (names::shown(path), names::shown(owner));
    Diagnostic::at(
        path,
        format!("a projection's `impl` implements no trait, this one implements `{name}`"),
    )
    .help(format!("write `impl {owner} {{ … }}`"))
}

pub(super) fn generic_projection(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(ty, "a projection cannot be generic: its rows are kept, and have one shape")
        .help("write one projection for each concrete type")
}

pub(super) fn not_a_named_type(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(ty, "a projection belongs to a struct with a name, which keeps its rows")
        .help("write `impl OrderBook { … }`, with `#[derive(Tables)]` on the struct `OrderBook`")
}

pub(super) fn listens_to_nothing(owner: &syn::Path) -> Diagnostic {
    let name = names::shown(owner);
    Diagnostic::at(owner, format!("the projection `{name}` takes no events"))
        .help("write `#[on]` above a method that takes one: `fn placed(&mut self, event: &Recorded<OrderPlaced>)`")
}

// Methods.

pub(super) fn both_attributes(second: &syn::Attribute, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, format!("`{method}` takes an event or a question, once"))
        .note("`#[on]` methods make rows of events, `#[query]` methods answer from the rows")
        .help("keep one attribute, and write a method for each")
}

pub(super) fn takes_nothing(attribute: &syn::Attribute) -> Diagnostic {
    let name = names::shown(attribute.path());
    Diagnostic::at(&attribute.meta, format!("`#[{name}]` stands alone"))
        .note("what the method takes is said by its signature")
        .help(format!("write `#[{name}]`"))
}

pub(super) fn async_method(token: &syn::token::Async) -> Diagnostic {
    Diagnostic::at(token, "a projection's methods cannot be `async`")
        .note("rows are made from the events alone, and answers from the rows: neither waits")
        .help("remove `async`; what acts on the world is a policy")
}

pub(super) fn const_method(token: &syn::token::Const, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(
        token,
        format!("`{method}` cannot be `const`: rows are not known before it runs"),
    )
    .help("remove `const`")
}

pub(super) fn unsafe_method(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(
        &signature.safety,
        format!("`{method}` cannot be `unsafe`: the projection's worker calls it"),
    )
    .help("remove `unsafe`")
}

pub(super) fn generic_method(generics: &syn::Generics) -> Diagnostic {
    Diagnostic::at(
        generics,
        "a projection's methods cannot be generic: what they take must be known",
    )
    .help("name the type of the event or the question, and elide lifetimes")
}

pub(super) fn conditional(cfg: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(cfg, "what a projection takes cannot depend on features")
        .note("each build of the program would make anew the rows that another has made")
        .help("remove the `#[cfg]`")
}

// Methods that take events.

pub(super) fn listens_by_mutable_reference(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(
        &receiver(signature),
        format!("`{method}` makes rows of an event, and must take `&mut self`"),
    )
    .help(format!("write `fn {method}(&mut self, event: &Recorded<…>)`"))
}

pub(super) fn takes_no_event(method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(method, format!("`{method}` does not say which event it takes"))
        .help(format!("write `fn {method}(&mut self, event: &Recorded<OrderPlaced>)`"))
}

pub(super) fn takes_more_than_the_event(second: &syn::PatType) -> Diagnostic {
    Diagnostic::at(second, "an `#[on]` method takes an event, and nothing else")
        .note("rows depend on the events alone, or they could not be made anew")
        .help("read it from the event: its `id()`, `at`, `actor`, and `position` are there, too")
}

pub(super) fn event_without_its_record(parameter: &syn::Type, event: &syn::Type) -> Diagnostic {
    let found = names::shown(parameter);
    let diagnostic = Diagnostic::at(
        parameter,
        format!("an `#[on]` method takes `&Recorded<…>`, found `{found}`"),
    )
    .note("the record says whose event it is, and when it was decided");
    match event {
        syn::Type::Path(event)
            if event.path.segments.iter().all(|part| part.arguments.is_none()) =>
        {
            diagnostic.help(format!("write `&Recorded<{}>`", names::shown(event)))
        }
        _ => diagnostic.help("write `&Recorded<OrderPlaced>`, with the event's own type"),
    }
}

pub(super) fn event_by_value(parameter: &syn::Type, event: &syn::Type) -> Diagnostic {
    let (found, event) = (names::shown(parameter), names::shown(event));
    Diagnostic::at(parameter, format!("an `#[on]` method only looks at the event, found `{found}`"))
        .help(format!("write `&Recorded<{event}>`"))
}

pub(super) fn mutable_event(parameter: &syn::Type, event: &syn::Type) -> Diagnostic {
    let event = names::shown(event);
    Diagnostic::at(parameter, "an event has happened, and nobody changes it")
        .help(format!("write `&Recorded<{event}>`"))
}

pub(super) fn event_taken_twice(event: &syn::Type, first: &syn::Ident) -> Diagnostic {
    let name = names::shown(event);
    Diagnostic::at(event, format!("`{name}` is taken by `{first}` already"))
        .note("which method makes the rows must follow from the event alone")
        .help(format!("do both in `{first}`"))
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
    Diagnostic::at(ty, format!("expected a question, found `{found}`"))
        .note("a question is told from others by its type, which is one of your own")
        .help(format!(
            "write a struct around it, such as `pub struct OrdersOf {{ pub of: {found} }}`"
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

/// The receiver; the method's name, if it has none.
fn receiver(signature: &syn::Signature) -> TokenStream {
    match signature.receiver() {
        Some(receiver) => receiver.to_token_stream(),
        None => signature.ident.to_token_stream(),
    }
}
