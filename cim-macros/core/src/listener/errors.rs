//! What can be said of whoever takes events.

use super::{Taker, receiver};
use crate::diagnostics::Diagnostic;
use crate::names;

// The keys and the impl.

pub(super) fn not_a_name(taker: Taker, literal: &syn::LitStr) -> Diagnostic {
    let (noun, found) = (taker.noun(), literal.value());
    Diagnostic::at(literal, format!("`{found}` cannot be the name of a {noun}"))
        .help("use up to 40 of the letters a-z, digits, `_`, and `-`")
}

pub(super) fn name_is_no_token(taker: Taker, ident: &syn::Ident) -> Diagnostic {
    let noun = taker.noun();
    let what = match taker {
        Taker::Projection => "the rows",
        Taker::Policy | Taker::Function => "the books",
    };
    Diagnostic::at(ident, format!("{what} of `{ident}` cannot be kept under its name"))
        .help(format!("give it one of up to 40 of the letters a-z, digits, `_`, and `-`: `#[{noun}(name = \"…\")]`"))
}

pub(super) fn unknown_failure(word: &syn::Ident) -> Diagnostic {
    Diagnostic::at(word, format!("`{word}` is nothing that can happen on a failure"))
        .note("`park` puts the event aside and goes on, `stop` waits for another program")
        .help("write `on_failure = park`, or `on_failure = stop`")
}

pub(super) fn trait_impl(taker: Taker, path: &syn::Path, owner: &syn::Type) -> Diagnostic {
    let (noun, name, owner) = (taker.noun(), names::shown(path), names::shown(owner));
    Diagnostic::at(
        path,
        format!("a {noun}'s `impl` implements no trait, this one implements `{name}`"),
    )
    .help(format!("write `impl {owner} {{ … }}`"))
}

pub(super) fn generic(taker: Taker, ty: &syn::Type) -> Diagnostic {
    let noun = taker.noun();
    Diagnostic::at(ty, format!("a {noun} cannot be generic: its rows are kept, and have one shape"))
        .help(format!("write one {noun} for each concrete type"))
}

pub(super) fn not_a_named_type(taker: Taker, ty: &syn::Type) -> Diagnostic {
    let (noun, owner) = (taker.noun(), example(taker));
    Diagnostic::at(ty, format!("a {noun} belongs to a struct with a name, which keeps its rows"))
        .help(format!(
            "write `impl {owner} {{ … }}`, with `#[derive(Tables)]` on the struct `{owner}`"
        ))
}

pub(crate) fn listens_to_nothing(taker: Taker, owner: &syn::Path) -> Diagnostic {
    let (noun, name) = (taker.noun(), names::shown(owner));
    Diagnostic::at(owner, format!("the {noun} `{name}` takes no events"))
        .help("write `#[on]` above a method that takes one: `fn placed(&mut self, event: &Recorded<OrderPlaced>)`")
}

/// The struct that the sentences name.
fn example(taker: Taker) -> &'static str {
    match taker {
        Taker::Projection => "OrderBook",
        Taker::Policy | Taker::Function => "Reminders",
    }
}

// Methods.

pub(crate) fn takes_nothing(attribute: &syn::Attribute) -> Diagnostic {
    let name = names::shown(attribute.path());
    Diagnostic::at(&attribute.meta, format!("`#[{name}]` stands alone"))
        .note("what the method takes is said by its signature")
        .help(format!("write `#[{name}]`"))
}

pub(super) fn ends_without_a_reason(literal: &syn::LitStr) -> Diagnostic {
    Diagnostic::at(literal, "`ends` gives no reason why the loop ends")
        .help("write it down for who comes after you: `ends = \"an order is paid some day\"`")
}

/// Of a method that takes one event.
pub(super) fn names_events(taker: Taker, first: &syn::Path, event: &syn::Type) -> Diagnostic {
    let (noun, event) = (taker.noun(), names::shown(event));
    Diagnostic::at(first, format!("this method takes `{event}`, as its signature says"))
        .note(format!(
            "`#[on(…)]` names the events of a {noun}'s method that takes `&Recorded<AnyOf<…>>`"
        ))
        .help("write `#[on]`, or let it take any of these events: `&Recorded<AnyOf<Order>>`")
}

pub(super) fn not_among(event: &syn::Type, among: &syn::Type) -> Diagnostic {
    let (event_name, among) = (names::shown(event), names::shown(among));
    Diagnostic::at(event, format!("`{event_name}` is none of the events that `{among}` stands for"))
        .help("take an event of another machine in a method of its own, or name the aggregate that has them all in `AnyOf<…>`")
}

pub(super) fn const_method(
    taker: Taker,
    token: &syn::token::Const,
    method: &syn::Ident,
) -> Diagnostic {
    let why = match taker {
        Taker::Projection => "rows are not known before it runs",
        Taker::Policy | Taker::Function => "no event is known before it runs",
    };
    Diagnostic::at(token, format!("`{method}` cannot be `const`: {why}")).help("remove `const`")
}

pub(super) fn unsafe_method(taker: Taker, signature: &syn::Signature) -> Diagnostic {
    let (noun, method) = (taker.noun(), &signature.ident);
    Diagnostic::at(
        &signature.safety,
        format!("`{method}` cannot be `unsafe`: the {noun}'s worker calls it"),
    )
    .help("remove `unsafe`")
}

pub(super) fn generic_method(taker: Taker, generics: &syn::Generics) -> Diagnostic {
    let noun = taker.noun();
    let (who, what) = match taker {
        Taker::Projection => ("'s methods", "the event or the question"),
        Taker::Policy => ("'s methods", "the event"),
        Taker::Function => ("", "the event"),
    };
    let they = if who.is_empty() { "it takes" } else { "they take" };
    Diagnostic::at(generics, format!("a {noun}{who} cannot be generic: what {they} must be known"))
        .help(format!("name the type of {what}, and elide lifetimes"))
}

// What takes the event.

pub(super) fn listens_otherwise(taker: Taker, signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    let (what, or) = match taker {
        Taker::Projection => ("makes rows of an event", ""),
        Taker::Policy | Taker::Function => ("takes an event", ", or `&self`"),
    };
    Diagnostic::at(
        &receiver(signature),
        format!("`{method}` {what}, and must take `&mut self`{or}"),
    )
    .help(format!("write `fn {method}(&mut self, event: &Recorded<…>)`"))
}

pub(super) fn takes_no_event(taker: Taker, method: &syn::Ident) -> Diagnostic {
    let this = match taker {
        Taker::Projection | Taker::Policy => "&mut self, ",
        Taker::Function => "",
    };
    Diagnostic::at(method, format!("`{method}` does not say which event it takes"))
        .help(format!("write `fn {method}({this}event: &Recorded<OrderPlaced>)`"))
}

pub(super) fn takes_more_than_the_event(taker: Taker, second: &syn::PatType) -> Diagnostic {
    let subject = taker.subject();
    let (why, instead) = match taker {
        Taker::Projection => {
            ("rows depend on the events alone, or they could not be made anew", "")
        }
        Taker::Policy => (
            "what it answers must be the same when it is asked again",
            "; what it is told by whoever runs the program is a field of its struct, `settings: Settings<…>`",
        ),
        Taker::Function => (
            "what it answers must be the same when it is asked again",
            "; what else it needs to know is kept by a policy that is an `impl`",
        ),
    };
    Diagnostic::at(second, format!("{subject} takes an event, and nothing else")).note(why).help(
        format!("read it from the event: its `id()`, `at`, `actor`, and `position` are there, too{instead}"),
    )
}

pub(super) fn event_without_its_record(
    taker: Taker,
    parameter: &syn::Type,
    event: &syn::Type,
) -> Diagnostic {
    let (subject, found) = (taker.subject(), names::shown(parameter));
    let diagnostic =
        Diagnostic::at(parameter, format!("{subject} takes `&Recorded<…>`, found `{found}`"))
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

pub(super) fn event_by_value(taker: Taker, parameter: &syn::Type, event: &syn::Type) -> Diagnostic {
    let (subject, found, event) = (taker.subject(), names::shown(parameter), names::shown(event));
    Diagnostic::at(parameter, format!("{subject} only looks at the event, found `{found}`"))
        .help(format!("write `&Recorded<{event}>`"))
}

pub(super) fn mutable_event(parameter: &syn::Type, event: &syn::Type) -> Diagnostic {
    let event = names::shown(event);
    Diagnostic::at(parameter, "an event has happened, and nobody changes it")
        .help(format!("write `&Recorded<{event}>`"))
}

pub(super) fn event_taken_twice(taker: Taker, event: &syn::Type, first: &syn::Ident) -> Diagnostic {
    let name = names::shown(event);
    let what = match taker {
        Taker::Projection => "makes the rows",
        Taker::Policy | Taker::Function => "answers",
    };
    Diagnostic::at(event, format!("`{name}` is taken by `{first}` already"))
        .note(format!("which method {what} must follow from the event alone"))
        .help(format!("do both in `{first}`"))
}
