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
        .help("remove `async`; what acts on the world is a policy, and rows in a SQL database are those of a `#[projection(sql)]`")
}

pub(super) fn conditional(cfg: &syn::Attribute) -> Diagnostic {
    Diagnostic::at(cfg, "what a projection takes cannot depend on features")
        .note("each build of the program would make anew the rows that another has made")
        .help("remove the `#[cfg]`")
}

// Methods with statements.

pub(super) fn no_reset(owner: &syn::Path) -> Diagnostic {
    let name = names::shown(owner);
    Diagnostic::at(owner, format!("the projection `{name}` does not say which tables it has"))
        .note("they are made before the first event is taken, and whenever its rows are made anew")
        .help("write `#[reset] async fn tables(db: &mut SqliteConnection) -> sqlx::Result<()>`, which makes them, empty, whether or not they are there")
}

pub(super) fn reset_twice(second: &syn::Ident, first: &syn::Ident) -> Diagnostic {
    Diagnostic::at(second, format!("the tables are made by `{first}` already"))
        .help(format!("make all of them in `{first}`"))
}

pub(super) fn reset_takes_more(second: &syn::PatType) -> Diagnostic {
    Diagnostic::at(second, "a `#[reset]` method takes a connection, and nothing else")
        .note("the tables are the same whenever they are made")
        .help("remove it")
}

pub(super) fn reset_without_statements(method: &syn::Ident) -> Diagnostic {
    Diagnostic::at(method, "only tables of a SQL database are made by a `#[reset]` method")
        .note("`Table`s are made, and made anew, without one")
        .help("write `#[projection(sql)]`, or remove the method")
}

pub(super) fn statements_take_themselves(
    receiver: &syn::Receiver,
    method: &syn::Ident,
    others: &str,
) -> Diagnostic {
    Diagnostic::at(receiver, format!("`{method}` has all that it knows from the database"))
        .note("nothing else is written together with the position of the event")
        .help(format!("write `async fn {method}({})`", connection_and(others)))
}

pub(super) fn statements_do_not_wait(signature: &syn::Signature) -> Diagnostic {
    let method = &signature.ident;
    Diagnostic::at(
        &signature.fn_token,
        format!("`{method}` waits for the database, and must be `async`"),
    )
    .help(format!("write `async fn {method}(…)`"))
}

pub(super) fn no_connection(method: &syn::Ident, others: &str) -> Diagnostic {
    Diagnostic::at(method, format!("`{method}` does not take what its statements run on"))
        .note("what runs on another connection would not be written together with the position of the event")
        .help(format!("write `async fn {method}({})`", connection_and(others)))
}

pub(super) fn takes_the_transaction(ty: &syn::Type) -> Diagnostic {
    let found = names::shown(ty);
    Diagnostic::at(ty, format!("the transaction is begun and ended by others, found `{found}`"))
        .note("the position of the event is written in it, too")
        .help("take the connection that is in it: `db: &mut SqliteConnection`, or `db: &mut PgConnection`")
}

pub(super) fn statements_take_no_event(method: &syn::Ident) -> Diagnostic {
    let parameters = connection_and("event: &Recorded<OrderPlaced>");
    Diagnostic::at(method, format!("`{method}` does not say which event it takes"))
        .help(format!("write `async fn {method}({parameters})`"))
}

pub(super) fn statements_take_no_question(method: &syn::Ident) -> Diagnostic {
    let question = names::camel_case(&names::plain(method));
    let parameters = connection_and(&format!("question: {question}"));
    Diagnostic::at(method, format!("`{method}` does not say which question it answers")).help(
        format!("write `async fn {method}({parameters})`, with `pub struct {question} {{ … }}`"),
    )
}

pub(super) fn statements_return_nothing(method: &syn::Ident, inside: &str) -> Diagnostic {
    Diagnostic::at(method, format!("`{method}` does not say whether its statements have failed"))
        .help(format!("return what they do: `sqlx::Result<{inside}>`"))
}

fn connection_and(others: &str) -> String {
    match others {
        "" => "db: &mut SqliteConnection".to_owned(),
        others => format!("db: &mut SqliteConnection, {others}"),
    }
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
