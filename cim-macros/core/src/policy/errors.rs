//! What `#[policy]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;
use crate::listener;
use crate::names;
use crate::world::Source;

// The keys and the item.

pub(super) fn unknown_refusal(word: &syn::Ident) -> Diagnostic {
    Diagnostic::at(word, format!("`{word}` is nothing that can happen to a refused command"))
        .note("`report` puts it on the list of dead letters, `ignore` drops it, `retry` sends it again later")
        .help("write `refused = report`, `refused = ignore`, or `refused = retry`")
}

pub(super) fn unknown_start(word: &syn::Ident) -> Diagnostic {
    Diagnostic::at(word, format!("`{word}` is no event that a policy could start with"))
        .note("`first` is the first one that is stored, `next` the one that is stored next")
        .help("write `starts = first`, or `starts = next`")
}

pub(super) fn wrong_item(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[policy]` stands on a function, or on the `impl` of what keeps the rows")
        .help("write `#[policy] fn remind(event: &Recorded<OrderPlaced>) -> To<…>`, or `#[policy] impl Reminders { … }` below the struct")
}

pub(super) fn on_a_method(receiver: &syn::Receiver, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(receiver, format!("`#[policy]` stands on the method `{method}`"))
        .help(format!("write `#[policy]` above the `impl`, and `#[on]` above `{method}`"))
}

pub(super) fn another_attribute(attr: &syn::Attribute, method: &syn::Ident) -> Diagnostic {
    let name = names::shown(attr.path());
    let diagnostic =
        Diagnostic::at(attr, format!("`#[{name}]` has no place at `{method}`, in a policy"));
    match name.as_str() {
        "query" => diagnostic
            .note("a policy answers events with commands, a projection answers questions")
            .help("keep what is asked for in a projection"),
        _ => diagnostic.help("write `#[on]`"),
    }
}

pub(super) fn both_attributes(second: &syn::Attribute, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, format!("`{method}` takes either events or refused commands"))
        .help("make two methods of it")
}

// What was refused.

pub(super) fn async_method(token: &syn::token::Async, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(token, format!("`{method}` cannot be `async`: what it answers goes into one transaction with what the policy keeps"))
        .help("remove `async`")
}

pub(super) fn answers_otherwise(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(
        &listener::receiver(signature),
        format!("`{method}` answers to a refusal, and must take `&mut self`, or `&self`"),
    )
    .help(format!("write `fn {method}(&mut self, refused: &Refused<…>) -> To<…>`"))
}

pub(super) fn takes_no_command(method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(method, format!("`{method}` does not say which refused command it takes"))
        .help(format!("write `fn {method}(&mut self, refused: &Refused<Reserve>) -> To<…>`"))
}

pub(super) fn takes_more_than_the_command(second: &syn::PatType) -> Diagnostic {
    Diagnostic::at(second, "a `#[refused]` method takes the refused command, and nothing else")
        .help("read it from there: its `command`, `id()`, `why()`, `at`, and the event that has called for it, `event::<E>()`")
}

pub(super) fn command_without_its_refusal(parameter: &syn::Type) -> Diagnostic {
    let found = names::shown(parameter);
    Diagnostic::at(parameter, format!("a `#[refused]` method takes `&Refused<…>`, found `{found}`"))
        .note("it says which command was refused, by whom, and why")
        .help("write `&Refused<Reserve>`, with the command's own type")
}

pub(super) fn refused_twice(command: &syn::Type, first: &syn::Ident) -> Diagnostic {
    let name = names::shown(command);
    Diagnostic::at(command, format!("to a refused `{name}` answers `{first}` already"))
        .help(format!("do both in `{first}`"))
}

pub(super) fn never_sent(command: &syn::Type) -> Diagnostic {
    let name = names::shown(command);
    Diagnostic::at(command, format!("the policy never sends `{name}`, so nobody refuses it"))
        .help("take a command that an `#[on]` method answers with, or remove the method")
}

pub(super) fn comes_back(command: &syn::Type) -> Diagnostic {
    let name = names::shown(command);
    Diagnostic::at(command, format!("a refused `{name}` calls for `{name}` again, and nobody says why that ends"))
        .note("what has refused it may refuse it for ever")
        .help("to send it again later, remove the method and write `refused = retry`; if it is meant, say why it ends: `ends = \"…\"`")
}

// What answers.

pub(super) fn async_policy(token: &syn::token::Async) -> Diagnostic {
    Diagnostic::at(token, "an `#[on]` method of a policy cannot wait for the world")
        .note("what it answers goes into one transaction with what the policy keeps")
        .help("remove `async`; what acts on the world is a function of its own: `#[policy] pub async fn welcome(event: &Recorded<…>, effect: &Effect)`")
}

pub(super) fn conditional(cfg: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(cfg, "what a policy answers cannot depend on features")
        .note("each build of the program would answer the same events in its own way")
        .help("remove the `#[cfg]`")
}

pub(super) fn answers_nothing(function: &syn::Ident) -> Diagnostic {
    Diagnostic::at(function, format!("`{function}` answers nothing, and keeps nothing"))
        .help(format!("say what it calls for: `fn {function}(…) -> To<…>`"))
}

pub(super) fn unnamed_answer(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    Diagnostic::at(ty, format!("an answer names its commands, found `{found}`"))
        .note("which commands there may be is checked when the system is compiled")
        .help("return `To<C>`, or an `Option`, a `Vec` or a tuple of it")
}

pub(super) fn from_outside(path: &[syn::Ident], source: Source) -> Diagnostic {
    let name = path.iter().map(ToString::to_string).collect::<Vec<_>>().join("::");
    let place: TokenStream = quote::quote!(#(#path)::*);
    let diagnostic = Diagnostic::at(&place, format!("`{name}` is nothing that a policy may look at"))
        .note("a policy that was cut short takes its last events again, and must come to the same commands");
    diagnostic.help(match source {
        Source::Clock => {
            "read the event's `at`; a command is sent later with `.after(…)`, or `.at(…)`"
        }
        Source::Id => "make it from the event: from its `id()`, or its `event_id`",
        Source::Chance => "take it from the event: from the bits of its `event_id`",
        Source::World => "put what the policy needs to know into the event",
    })
}

// Effects.

pub(super) fn not_a_count(number: &syn::LitInt, key: &str) -> Diagnostic {
    let found = number.base10_digits();
    Diagnostic::at(number, format!("no effect can have `{key} = {found}`"))
        .help(format!("write a whole number from 1 to {}, or remove `{key}`", u32::MAX))
}

pub(super) fn key_of_effects(
    number: &syn::LitInt,
    key: &str,
    function: Option<&syn::Ident>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::at(number, format!("`{key}` is a key of policies that wait for the world"));
    match function {
        Some(function) => diagnostic
            .help(format!("write `async fn {function}`, if it is one; else remove `{key}`")),
        None => {
            diagnostic.help(format!("remove `{key}`: what waits for the world is an `async fn`"))
        }
    }
}

pub(super) fn need_by_value(parameter: &syn::Type) -> Diagnostic {
    let found = names::shown(parameter);
    Diagnostic::at(parameter, "what an effect takes beside the event, all of its attempts share")
        .help(format!("write `&{found}`, and give the value to the system: `shop.provide(…)`"))
}

pub(super) fn need_to_be_changed(parameter: &syn::Type, inner: &syn::Type) -> Diagnostic {
    let found = names::shown(inner);
    Diagnostic::at(
        parameter,
        "what an effect takes is shared by its attempts, and cannot be changed by one",
    )
    .help(format!("write `&{found}`, with what changes in a `Mutex`"))
}

pub(super) fn need_without_a_type(parameter: &syn::Type) -> Diagnostic {
    let found = names::shown(parameter);
    Diagnostic::at(
        parameter,
        format!("what an effect takes is found by its type, which `{found}` does not name"),
    )
    .help("name a type, such as `&Box<dyn Mailer>`, and provide a value of it")
}

pub(super) fn second_event(parameter: &syn::Type) -> Diagnostic {
    Diagnostic::at(parameter, "an effect takes one event")
        .note("of two that belong together one comes first, and may be all that there is")
        .help("have a policy that keeps what it has seen send a command, and act on the event of that")
}
