//! What `#[state_machine]`, `#[transition]` and `#[apply]` can say.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use super::examples::Examples;
use super::syntax::StateDecl;
use crate::diagnostics::Diagnostic;
use crate::names;
use crate::world::Source;

// The header.

pub(super) fn not_an_impl(
    item: &TokenStream,
    ident: Option<&syn::Ident>,
    states: &[StateDecl],
) -> Diagnostic {
    let owner = ident.map_or_else(|| "…".to_owned(), names::plain);
    let initial = states.first().map_or_else(|| "…".to_owned(), |state| names::plain(&state.ident));
    Diagnostic::at(item, "`#[state_machine]` stands on the `impl` of an aggregate")
        .help(format!("write `#[state_machine(initial {initial}, …)] impl {owner} {{ … }}`"))
}

pub(super) fn trait_impl(path: &syn::Path, owner: &syn::Type) -> Diagnostic {
    let (name, owner) = (names::shown(path), names::shown(owner));
    Diagnostic::at(
        path,
        format!("a machine's `impl` implements no trait, this one implements `{name}`"),
    )
    .help(format!("write `impl {owner} {{ … }}`"))
}

pub(super) fn foreign_owner(path: &syn::Path) -> Diagnostic {
    let name = names::shown(path);
    Diagnostic::at(path, format!("the machine of `{name}` must stand in the module of the type"))
        .note("its states, commands, and events become enums beside the impl")
        .help("move the `impl` there, or the type here")
}

pub(super) fn second_machine(owner: &syn::Ident) -> Diagnostic {
    let name = names::plain(owner);
    Diagnostic::at(owner, format!("`{name}` has two machines, this one and the one above"))
        .note("replay starts in one state, and asks one table where each event leads")
        .help(format!(
            "move the methods to the first `#[state_machine(…)] impl {name}`, and the states to its \
             header; what has states of its own, beside these, is a region"
        ))
}

pub(super) fn name_is_taken(owner: &syn::Ident, name: &syn::Ident, what: &str) -> Diagnostic {
    let all = match () {
        () if name == &format!("{owner}State") => "states",
        () if name == &format!("{owner}Event") => "events",
        () => "commands",
    };
    Diagnostic::at(owner, format!("`{name}` is declared already, as {what}"))
        .note(format!("`#[state_machine]` declares it here: an enum of all {all} of `{owner}`"))
        .help("remove yours, or give it another name")
}

pub(super) fn generic_machine(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(
        ty,
        "a machine cannot be generic: its events are stored, and must have one shape",
    )
    .help("write one aggregate for each concrete type")
}

pub(super) fn not_a_named_type(ty: &syn::Type) -> Diagnostic {
    Diagnostic::at(ty, "a machine belongs to an aggregate, which is a struct with a name")
        .help("write `impl` and the name of the struct that has `#[aggregate(…)]`")
}

pub(super) fn unreadable_region(tokens: &TokenStream) -> Diagnostic {
    let found = names::shown(tokens);
    Diagnostic::at(tokens, format!("cannot read the region `{found}`"))
        .note("a region is a field of the aggregate whose type has a machine of its own")
        .help("write `region skills: Skills`, or `region skills: Skills in Active | Retired`")
}

pub(super) fn two_regions_of_one_field(field: &syn::Ident, first: &syn::Path) -> Diagnostic {
    let first = names::shown(first);
    Diagnostic::at(field, format!("the field `{field}` is a region already, `{first}`"))
        .help("keep one of them")
}

pub(super) fn two_regions_of_one_type(ty: &syn::Path) -> Diagnostic {
    let name = names::shown(ty);
    Diagnostic::at(ty, format!("two regions have the type `{name}`"))
        .note("a command or an event of it could not tell which of them it belongs to")
        .help("write a type with a machine of its own for each region")
}

pub(super) fn region_of_itself(ty: &syn::Path) -> Diagnostic {
    let name = names::shown(ty);
    Diagnostic::at(ty, format!("`{name}` cannot be a region of itself"))
        .help("name the type of the field, which has a machine of its own")
}

pub(super) fn event_named_as_a_region(ty: &syn::Path, event: &str) -> Diagnostic {
    let name = names::shown(ty);
    Diagnostic::at(ty, format!("the region `{name}` and the event `{event}` have one name"))
        .note("both are variants of the aggregate's events")
        .help("rename one of them: an event is a fact, in the past tense")
}

pub(super) fn region_in_a_terminal_state(state: &syn::Ident, field: &syn::Ident) -> Diagnostic {
    Diagnostic::at(
        state,
        format!("state `{state}` is terminal, the region `{field}` cannot be open in it"),
    )
    .note("terminal promises to every reader that nothing more will happen, also not in a region")
    .help(format!("remove `{state}` here, or `terminal` before it"))
}

pub(super) fn unknown_word(word: &syn::Ident, state: &syn::Ident) -> Diagnostic {
    let name = word.to_string();
    let diagnostic =
        Diagnostic::at(word, format!("`{name}` says nothing about the state `{state}`"));
    let known = ["initial", "terminal"].map(String::from);
    match names::nearest(&name, &known) {
        Some(near) => diagnostic.help(format!("did you mean `{near} {state}`?")),
        None => diagnostic.help(format!(
            "write `initial {state}` or `terminal {state}`, and a comma between two states"
        )),
    }
}

pub(super) fn word_twice(word: &syn::Ident) -> Diagnostic {
    Diagnostic::at(word, format!("`{word}` stands here twice")).help("keep one of them")
}

pub(super) fn two_kinds(second: &syn::Ident, first: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, format!("the machine is `{first}` already, it cannot be `{second}` too"))
        .note("in a Mealy machine each transition has its events, in a Moore machine each state has one")
        .help("keep one of them")
}

pub(super) fn unreadable_state(tokens: &TokenStream, meant: &[StateDecl]) -> Diagnostic {
    let found = names::shown(tokens);
    let diagnostic = Diagnostic::at(tokens, format!("expected a state, found `{found}`"));
    let meant: Vec<_> = meant
        .iter()
        .map(|StateDecl { ident, initial, terminal, .. }| {
            let words = initial.iter().chain(terminal).map(|word| format!("{word} "));
            words.chain([ident.to_string()]).collect::<String>()
        })
        .collect();
    if meant.is_empty() {
        return diagnostic.help("write a name, before it perhaps `initial` or `terminal`");
    }
    diagnostic.help(format!("write `{}`", meant.join(", ")))
}

pub(super) fn no_states(owner: &syn::Ident, examples: &Examples) -> Diagnostic {
    let [first, second] = examples.states();
    Diagnostic::at(owner, format!("the machine of `{owner}` has no states"))
        .help(format!("declare them: `#[state_machine(initial {first}, {second}, …)]`"))
}

pub(super) fn declared_twice(state: &syn::Ident) -> Diagnostic {
    Diagnostic::at(state, format!("state `{state}` is declared twice")).help("keep one of them")
}

pub(super) fn keyword_as_state(state: &syn::Ident) -> Diagnostic {
    let name = state.to_string();
    let diagnostic =
        Diagnostic::at(state, format!("`{name}` is a Rust keyword and cannot name a state"));
    match syn::parse_str::<syn::Ident>(&format!("r#{name}")) {
        Ok(_) => diagnostic.help(format!("choose another name, or write `r#{name}`")),
        Err(_) => diagnostic.help("choose another name"),
    }
}

pub(super) fn no_initial_state(first: &syn::Ident) -> Diagnostic {
    Diagnostic::at(first, "the machine has no initial state")
        .note("every instance starts there, and so does every replay")
        .help(format!("mark one state, such as `initial {first}`"))
}

pub(super) fn two_initial_states(second: &syn::Ident, first: &str) -> Diagnostic {
    Diagnostic::at(second, format!("the machine has two initial states, `{first}` and `{second}`"))
        .note("every instance starts in one state, and so does every replay")
        .help(format!("remove `initial` before `{second}`"))
}

pub(super) fn initial_and_terminal(state: &syn::Ident) -> Diagnostic {
    Diagnostic::at(
        state,
        format!("state `{state}` is initial and terminal: nothing could ever happen"),
    )
    .help(format!("remove `terminal` before `{state}`"))
}

// The graph.

pub(super) fn undeclared_state(
    state: &syn::Ident,
    owner: &syn::Ident,
    declared: &[String],
) -> Diagnostic {
    let name = names::plain(state);
    let diagnostic = Diagnostic::at(state, format!("`{name}` is not a state of `{owner}`"));
    match names::nearest(&name, declared) {
        _ if name == "_" => diagnostic.help("write `*` for every state that is not terminal"),
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if declared.is_empty() => {
            diagnostic.help(format!("declare it: `#[state_machine(…, {name})]`"))
        }
        None if declared.len() <= 8 => {
            let states = names::list(declared, "or");
            diagnostic.help(format!("declare it in the header, or write {states}"))
        }
        None => diagnostic.help("declare it in the header"),
    }
}

pub(super) fn taken_twice(place: &TokenStream, state: &str, command: &str) -> Diagnostic {
    Diagnostic::at(place, format!("state `{state}` takes the command `{command}` twice"))
        .note("which method decides must follow from the state alone")
        .help("keep one of them, and tell the cases apart inside it")
}

pub(super) fn two_targets(
    place: &TokenStream,
    from: &str,
    event: &str,
    both: [&String; 2],
) -> Diagnostic {
    let [first, second] = both;
    Diagnostic::at(
        place,
        format!("in state `{from}`, `{event}` leads to both `{first}` and `{second}`"),
    )
    .note("replay sees the state and the event only, and could not tell which")
    .help("use two events, or one target")
}

pub(super) fn two_stars(star: &TokenStream, command: &str) -> Diagnostic {
    Diagnostic::at(star, format!("`{command}` is already taken by another `*`"))
        .help("keep one `*`, and name the states of the other")
}

pub(super) fn star_for_nothing(star: &TokenStream, command: &str) -> Diagnostic {
    Diagnostic::at(star, format!("`*` stands for no state: each one takes `{command}` already, is terminal, or is the target"))
        .help("remove this transition")
}

pub(super) fn way_out_of_terminal(place: &TokenStream, state: &str, command: &str) -> Diagnostic {
    Diagnostic::at(
        place,
        format!("state `{state}` is terminal and takes no command, not even `{command}`"),
    )
    .note("terminal promises to every reader that nothing more will happen")
    .help(format!("remove `terminal` before `{state}`, or this source"))
}

pub(super) fn event_after_the_end(place: &TokenStream, state: &str, event: &str) -> Diagnostic {
    Diagnostic::at(place, format!("state `{state}` is terminal, `{event}` cannot happen in it"))
        .note("terminal promises to every reader that nothing more will happen")
        .help(format!("remove `terminal` before `{state}`, or let `{event}` happen before it"))
}

pub(super) fn second_event_not_accepted(
    place: &TokenStream,
    event: &str,
    state: &str,
) -> Diagnostic {
    Diagnostic::at(place, format!("a second `{event}` would happen in state `{state}`, which has no row for it"))
        .note("the events of a `Vec` happen one after the other, each in the state that the one before has led to")
        .help(format!("stay in the state, or add a row such as `#[apply({state})]` for `{event}`"))
}

pub(super) fn unreachable_state(state: &syn::Ident, initial: &str) -> Diagnostic {
    let diagnostic = Diagnostic::at(
        state,
        format!("state `{state}` is unreachable from the initial state `{initial}`"),
    );
    let kind = state.to_string().to_lowercase();
    if kind == "moore" || kind == "mealy" {
        return diagnostic.help(format!("for the kind of the machine, write `{kind}`"));
    }
    diagnostic.help(format!(
        "add a transition into it, such as `#[transition({initial} -> {state})]`, or remove it"
    ))
}

pub(super) fn dead_end(state: &syn::Ident) -> Diagnostic {
    Diagnostic::at(state, format!("state `{state}` takes no command, and is not terminal"))
        .note("an aggregate that comes here can never leave")
        .help(format!("write `terminal {state}`, or a transition out of it"))
}

// Attributes of methods.

pub(super) fn no_arrow(meta: &dyn ToTokens, attribute: &str, examples: &Examples) -> Diagnostic {
    let [first, second] = examples.states();
    Diagnostic::at(meta, format!("`#[{attribute}]` does not say from where to where")).help(
        format!(
            "write `#[{attribute}({first} -> {second})]`, or `#[{attribute}({first})]` to stay"
        ),
    )
}

pub(super) fn targets_with_bars(
    targets: &syn::punctuated::Punctuated<syn::Ident, syn::Token![|]>,
    events: &[String],
) -> Diagnostic {
    let of = |index: usize| events.get(index).filter(|_| events.len() > 1).map(String::as_str);
    let names = ["E", "F", "G", "H"];
    let written = targets.iter().enumerate().map(|(index, target)| {
        format!("{target} on {}", of(index).or(names.get(index).copied()).unwrap_or("…"))
    });
    let written: Vec<_> = written.collect();
    let diagnostic = Diagnostic::at(
        targets,
        format!(
            "a transition leads to one state for each event, and not to {}",
            names::list(targets, "or")
        ),
    )
    .note("replay sees the state and the event only, and could not tell which");
    let written = written.join(", ");
    match events {
        [_, _, ..] => diagnostic.help(format!("say which event leads where: `… -> {written}`")),
        _ => diagnostic
            .help(format!("answer with one event for each: `-> OneOf<E, F>` and `… -> {written}`")),
    }
}

pub(super) fn unreadable_arrow(
    tokens: &TokenStream,
    found: Span,
    attribute: &str,
    examples: &Examples,
) -> Diagnostic {
    let [first, second] = examples.states();
    let mut at = TokenStream::new();
    // The token that was not understood; at the end of the attribute, all of it.
    let here = |tree: &proc_macro2::TokenTree| format!("{:?}", tree.span()) == format!("{found:?}");
    at.extend(tokens.clone().into_iter().filter(here));
    let place = if at.is_empty() { tokens.clone() } else { at };
    let written = names::shown(tokens);
    Diagnostic::at(&place, format!("cannot read the transition `{written}`"))
        .help(format!("write `#[{attribute}({first} -> {second})]`, `#[{attribute}(A | B -> C)]` for several sources, or `#[{attribute}({first})]` to stay"))
}

pub(super) fn both_attributes(first: &syn::Attribute, method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(first, format!("`{method}` does two things at once"))
        .note("`#[transition]` decides, `#[output]` says what a state emits, and `#[apply]` folds: replay only folds")
        .help("write one method for each")
}

pub(super) fn conditional(cfg: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(cfg, "a machine cannot depend on features")
        .note("one build of the program could not replay what another has stored")
        .help("remove the `#[cfg]`")
}

pub(super) fn outside_a_machine(attribute: &str) -> Diagnostic {
    // Without tokens the place is the attribute itself.
    Diagnostic::at(&TokenStream::new(), format!("`#[{attribute}]` stands outside of a machine"))
        .help("put the method into an `impl` with `#[state_machine(…)]` above it")
}

// Targets.

pub(super) fn target_without_event(state: &syn::Ident, events: &[String]) -> Diagnostic {
    let each =
        events.first().map_or_else(String::new, |event| format!(", such as `{state} on {event}`"));
    let events = names::list(events, "and");
    Diagnostic::at(
        state,
        format!("the method answers with {events}: which of them leads to `{state}`?"),
    )
    .help(format!("name the event{each}"))
}

pub(super) fn alternative_without_target(first: &syn::Ident, event: &str) -> Diagnostic {
    Diagnostic::at(first, format!("where does `{event}` lead?"))
        .help(format!("name every alternative, also one that stays: `…, State on {event}`"))
}

pub(super) fn on_another_event(
    on: &syn::Path,
    method: &syn::Ident,
    events: &[String],
) -> Diagnostic {
    let name = names::shown(on);
    let diagnostic = Diagnostic::at(on, format!("`{method}` does not answer with `{name}`"));
    let answers = names::list(events, "and");
    match names::nearest(&name, events) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("it answers with {answers}")),
    }
}

pub(super) fn several_targets(second: &syn::Ident, event: &str, first: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, format!("`{event}` leads to both `{first}` and `{second}`"))
        .note("replay sees the state and the event only, and could not tell which")
        .help("keep one target; a decision with two ends answers with two events: `OneOf<E, F>`")
}

pub(super) fn replay_to_several(second: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, "an `#[apply]` takes one event, which leads to one state")
        .help("write one `#[apply(… -> …)]` for each target")
}

// Deciding methods.

pub(super) fn decides_by_reference(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    let place: &dyn ToTokens = match signature.receiver() {
        Some(receiver) => receiver,
        None => method,
    };
    Diagnostic::at(place, format!("`{method}` decides, and must take `&self`"))
        .note("deciding only looks at the aggregate; what changes it is the event, in `#[apply]`")
        .help(format!("write `fn {method}(&self, …)`"))
}

pub(super) fn takes_no_command(signature: &syn::Signature, examples: &Examples) -> Diagnostic {
    let method = &signature.ident;
    let (command, owner) = (examples.command(method), examples.owner());
    Diagnostic::at(method, format!("`{method}` does not say which command it decides"))
        .help(format!("write `fn {method}(&self, cmd: {command}) -> …`, with `#[command({owner})] pub struct {command}`"))
}

pub(super) fn takes_too_much(third: &syn::PatType) -> Diagnostic {
    Diagnostic::at(third, "a decision takes a command and, if it asks for it, the context")
        .note("whatever else it depended on would be unknown to a retry")
        .help("write `fn …(&self, cmd: …, cx: &Context<Self>) -> …`")
}

pub(super) fn not_the_context(second: &syn::Type) -> Diagnostic {
    let found = names::shown(second);
    Diagnostic::at(
        second,
        format!("the second parameter of a decision is its context, found `{found}`"),
    )
    .note("whatever else it depended on would be unknown to a retry")
    .help("put it into the command, or take `cx: &Context<Self>`")
}

pub(super) fn not_a_command_type(ty: &syn::Type, example: &str, context: bool) -> Diagnostic {
    let found = names::shown(ty);
    let command = match ty {
        syn::Type::Reference(reference) if !context => match &*reference.elem {
            syn::Type::Path(path) => names::shown(path),
            _ => example.to_owned(),
        },
        _ => example.to_owned(),
    };
    Diagnostic::at(ty, format!("expected a command, found `{found}`"))
        .help(format!("take the command by value, such as `cmd: {command}`"))
}

pub(super) fn context_before_the_command(first: &syn::Type, second: &syn::Type) -> Diagnostic {
    let (first_name, second) = (names::shown(first), names::shown(second));
    Diagnostic::at(first, "the context stands behind the command")
        .help(format!("write `cmd: {second}, cx: {first_name}`"))
}

pub(super) fn context_by_value(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    Diagnostic::at(ty, format!("a decision looks at its context by reference, found `{found}`"))
        .help("write `cx: &Context<Self>`")
}

pub(super) fn answers_with_no_event(ty: &syn::Path, what: &str, examples: &Examples) -> Diagnostic {
    let name = names::shown(ty);
    Diagnostic::at(ty, format!("`{name}` is {what}: a decision says what happened")).help(format!(
        "return the event itself, such as `-> {}`, or `OneOf<E, F>`",
        examples.event_but(&name)
    ))
}

pub(super) fn boxed_refusal(ty: &syn::Type, examples: &Examples) -> Diagnostic {
    let (name, owner) = (names::shown(ty), examples.owner());
    Diagnostic::at(ty, format!("`{name}` cannot be a refusal"))
        .note("callers in other processes are told why")
        .help(format!(
            "return a type with `#[value]`, such as `#[value] pub enum {owner}Refused {{ … }}`"
        ))
}

pub(super) fn returns_nothing(
    place: &dyn ToTokens,
    method: &syn::Ident,
    examples: &Examples,
) -> Diagnostic {
    let (event, refusal) = (examples.event(), examples.refusal());
    Diagnostic::at(place, format!("`{method}` returns nothing, but a decision says what happened"))
        .help(format!("return the event, such as `-> {event}`, or `-> Result<{event}, {refusal}>`"))
}

pub(super) fn not_an_event_type(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    Diagnostic::at(ty, format!("expected an event, found `{found}`")).help(
        "return `E`, `Option<E>`, `Vec<E>`, `(E, F)`, or `OneOf<E, F>`, plain or in a `Result`",
    )
}

pub(super) fn refuses_twice(inner: &syn::Type) -> Diagnostic {
    Diagnostic::at(inner, "a decision refuses once: this is a `Result` in a `Result`")
        .help("put the reasons of both into one `#[value]` enum, and write `Result<E, R>`")
}

pub(super) fn wrapped_twice(ty: &syn::Type, outer: &str, inner: &str) -> Diagnostic {
    let (found, plural) = (names::shown(ty), if outer == "Vec" { "" } else { "each " });
    let place = match outer {
        "tuple" => "in a tuple",
        "OneOf" => "as an alternative of a `OneOf`",
        "Option" => "in an `Option`",
        _ => "in a `Vec`",
    };
    let diagnostic = Diagnostic::at(ty, format!("expected an event {place}, found `{found}`"));
    match (outer, inner) {
        (_, "Result") => diagnostic.help("put the `Result` around all of it: `Result<…, R>`"),
        ("tuple", "Option") => diagnostic.note(format!("{plural}event of a tuple happens, always"))
            .help("answer with `OneOf<E, F>`, where `F` says what both events say, or with a `Vec`, if they are of one type"),
        ("tuple", _) => diagnostic.help("write the events side by side: `(E, F, G)`"),
        ("Option", "OneOf") => diagnostic
            .help("write `OneOf<E, F>`, and refuse with a `Result` where nothing is to happen"),
        ("Option", "Vec") => diagnostic.help("write `Vec<E>`: an empty one says that nothing happened"),
        ("Option", "Option") => diagnostic.help("write `Option<E>`"),
        ("Option", _) => diagnostic
            .help("write `(E, F)`, and refuse with a `Result` where nothing is to happen"),
        ("OneOf", _) => diagnostic
            .help("let each alternative be one event, which says all that happened"),
        (_, "OneOf" | "tuple") => diagnostic.note("a `Vec` holds any number of events of one type")
            .help("write `(E, F)` for several at once, or one event whose data tell the cases apart"),
        _ => diagnostic.help("write `Vec<E>`, with those that happened"),
    }
}

/// From where a method may take it instead.
#[derive(Clone, Copy)]
pub(super) enum Instead<'a> {
    /// A decision: from its context, by the name that it has there, if it is there.
    Context(Option<&'a syn::Ident>),
    /// A fold: from the event.
    Event,
    /// The output of a Moore machine's state: from nowhere.
    Nothing,
}

pub(super) fn from_outside(
    path: &[syn::Ident],
    source: Source,
    instead: Instead<'_>,
) -> Diagnostic {
    let name = path.iter().map(ToString::to_string).collect::<Vec<_>>().join("::");
    let place: TokenStream = quote::quote!(#(#path)::*);
    let answers = match source {
        Source::World => "may answer differently",
        Source::Clock | Source::Id | Source::Chance => "answers differently",
    };
    let diagnostic = Diagnostic::at(&place, format!("`{name}` {answers} each time"));
    let diagnostic = match instead {
        Instead::Context(_) => diagnostic
            .note("when another writer was first, a command is decided again, and must come to the same events"),
        Instead::Event => diagnostic.note("events are folded again in every replay, and must come to the same aggregate"),
        Instead::Nothing => diagnostic.note("an event follows from the state that is entered and the data before it"),
    };
    let (context, taken) = match instead {
        Instead::Event => {
            return diagnostic.help("put it into the event, when the command is decided");
        }
        Instead::Nothing => {
            return diagnostic.help(
                "write a Mealy machine, whose decisions have a context: `cx: &Context<Self>`",
            );
        }
        Instead::Context(Some(context)) => (context.to_string(), String::new()),
        Instead::Context(None) => {
            ("cx".to_owned(), ", with `cx: &Context<Self>` as the last parameter".to_owned())
        }
    };
    match source {
        Source::Clock => diagnostic.help(format!("write `{context}.now()`{taken}")),
        Source::Id => diagnostic.help(format!("write `{context}.new_id()`{taken}")),
        Source::Chance => diagnostic.help(format!(
            "put it into the command, or take it from the bits of `{context}.new_id()`{taken}"
        )),
        Source::World => diagnostic.help("put what the decision needs to know into the command"),
    }
}

pub(super) fn two_events_of_one_name(second: &syn::Path, first: &syn::Path) -> Diagnostic {
    let (first, second_name) = (names::shown(first), names::shown(second));
    Diagnostic::at(second, format!("`{second_name}` and `{first}` have one name"))
        .note("events are stored by name: in one stream they could not be told apart")
        .help("write the path of an event in one way, and give different events different names")
}

pub(super) fn two_commands_of_one_name(second: &syn::Path, first: &syn::Path) -> Diagnostic {
    let (first, second_name) = (names::shown(first), names::shown(second));
    Diagnostic::at(second, format!("`{second_name}` and `{first}` have one name"))
        .note("commands are sent by name: from outside they could not be told apart")
        .help("write the path of a command in one way, and give different commands different names")
}

pub(super) fn async_method(token: &syn::token::Async) -> Diagnostic {
    Diagnostic::at(token, "a machine's methods cannot be `async`")
        .note("what waits for the world would come to something else in a retry or a replay")
        .help("put what it needs to know into the command, or act on the event after it is stored")
}

pub(super) fn unsafe_method(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(&signature.safety, format!("`{method}` cannot be `unsafe`: the engine calls it"))
        .help("remove `unsafe`")
}

pub(super) fn generic_method(generics: &syn::Generics) -> Diagnostic {
    Diagnostic::at(
        generics,
        "a machine's methods cannot be generic: which command it is must be known",
    )
    .help("name the command's type, and elide lifetimes")
}

// Folding methods.

pub(super) fn folds_by_mutable_reference(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    let place: &dyn ToTokens = match signature.receiver() {
        Some(receiver) => receiver,
        None => method,
    };
    Diagnostic::at(place, format!("`{method}` folds an event, and must take `&mut self`"))
        .help(format!("write `fn {method}(&mut self, event: &…)`"))
}

pub(super) fn takes_no_event(signature: &syn::Signature, examples: &Examples) -> Diagnostic {
    let method = &signature.ident;
    let written = signature.inputs.iter().nth(1).and_then(|input| match input {
        syn::FnArg::Typed(written) => match &*written.ty {
            syn::Type::Path(path) => Some(names::shown(path)),
            syn::Type::Reference(reference) => Some(names::shown(&reference.elem)),
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    });
    let event = written.unwrap_or_else(|| examples.unfolded());
    Diagnostic::at(method, format!("`{method}` must take one event, by reference"))
        .note("folding depends on the aggregate and the event alone, or replay would differ")
        .help(format!("write `fn {method}(&mut self, event: &{event})`"))
}

pub(super) fn fold_returns(output: &syn::ReturnType) -> Diagnostic {
    Diagnostic::at(output, "folding an event returns nothing")
        .note("the event has happened: there is nothing left to refuse")
        .help("check in the method that decides")
}

pub(super) fn folds_what_nothing_emits(
    path: &syn::Path,
    events: &[String],
    examples: &Examples,
) -> Diagnostic {
    let name = names::shown(path);
    let mut diagnostic = Diagnostic::at(path, format!("nothing emits `{name}`"));
    if let Some(method) = examples.unmarked(&name) {
        let [first, second] = examples.states();
        return diagnostic.help(format!(
            "`{method}` returns it: write `#[transition({first} -> {second})]` above that method"
        ));
    }
    if !events.is_empty() {
        diagnostic =
            diagnostic.note(format!("the methods answer with {}", names::list(events, "and")));
    }
    diagnostic.help(format!("if it is only read from old streams, say where it leads: `#[apply(A -> B)]`; otherwise return `{name}` from a transition"))
}

pub(super) fn event_as_a_source(event: &syn::Ident) -> Diagnostic {
    Diagnostic::at(event, format!("`{event}` is the event, and not a state"))
        .note("which event is folded stands in the signature; only one that nothing emits any more says where it leads")
        .help("write `#[apply]`")
}

pub(super) fn folded_twice(method: &syn::Ident, event: &str) -> Diagnostic {
    Diagnostic::at(method, format!("`{event}` is folded by another method already"))
        .help("keep one `#[apply]` for each event")
}

// Moore machines.

pub(super) fn output_without_state(meta: &dyn ToTokens, examples: &Examples) -> Diagnostic {
    let [_, state] = examples.states();
    Diagnostic::at(meta, "`#[output]` does not say of which state")
        .help(format!("name one state, such as `#[output({state})]`"))
}

pub(super) fn output_of_a_mealy_machine(attribute: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(attribute, "only the states of a Moore machine have outputs")
        .note("in a Mealy machine each transition returns its own event")
        .help("write `#[state_machine(moore, …)]`, or return the event from the transitions")
}

pub(super) fn output_takes_more(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(&signature.inputs, format!("`{method}` is the output of a state, and takes `&self` alone"))
        .note("a Moore machine's event depends on the state that is entered and the data before it, not on the command")
        .help(format!("write `fn {method}(&self) -> …`, or a Mealy machine, whose events can carry what the command says"))
}

pub(super) fn output_returns_nothing(
    method: &syn::Ident,
    owner: &syn::Ident,
    state: &syn::Ident,
) -> Diagnostic {
    Diagnostic::at(method, format!("`{method}` returns nothing, but an output is an event"))
        .help(format!("return the event, such as `-> {owner}{state}`"))
}

pub(super) fn two_outputs(state: &syn::Ident) -> Diagnostic {
    Diagnostic::at(state, format!("state `{state}` has two outputs"))
        .note("in a Moore machine, entering a state is one event")
        .help("keep one of them")
}

pub(super) fn one_event_for_two_states(state: &syn::Ident, event: &str, first: &str) -> Diagnostic {
    Diagnostic::at(state, format!("`{event}` is the output of both `{first}` and `{state}`"))
        .note("replay could not tell from the event which of them was entered")
        .help("write one event for each state")
}

pub(super) fn state_without_output(place: &TokenStream, state: &str) -> Diagnostic {
    Diagnostic::at(place, format!("state `{state}` is entered here, and has no output"))
        .note("in a Moore machine, entering a state is an event")
        .help(format!("write `#[output({state})] fn …(&self) -> …`"))
}

pub(super) fn moore_names_an_event(on: &syn::Path) -> Diagnostic {
    Diagnostic::at(on, "in a Moore machine the event follows from the state")
        .help("remove `on` and the event")
}

pub(super) fn moore_has_one_target(second: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, "a transition of a Moore machine leads to one state")
        .note("its event follows from the state that is entered, and so does the end of the transition")
        .help("write one command for each target, or a Mealy machine with `OneOf`")
}

pub(super) fn guard_returns(ty: &syn::Type, method: &syn::Ident) -> Diagnostic {
    let found = names::shown(ty);
    Diagnostic::at(
        ty,
        format!("`{method}` returns `{found}`, but a Moore machine's transition only guards"),
    )
    .note("its event is the output of the state that is entered")
    .help("return nothing or `Result<(), …>`, and write `#[output(State)] fn …(&self) -> …`")
}
