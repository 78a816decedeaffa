//! What `#[system]` can say.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostic;
use crate::names;

pub(super) fn wrong_item(item: &TokenStream) -> Diagnostic {
    Diagnostic::at(item, "`#[system]` stands on a struct").help("write `pub struct Shop;`")
}

pub(super) fn no_aggregates(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(ident, format!("the system `{ident}` has no aggregates"))
        .help("name them: `#[system(aggregates(Order, Item))]`")
}

pub(super) fn not_a_unit_struct(ident: &syn::Ident) -> Diagnostic {
    Diagnostic::at(
        ident,
        format!("the system `{ident}` holds nothing: it is the name of its parts"),
    )
    .help(format!("write `pub struct {ident};`"))
}

pub(super) fn named_twice(part: &syn::Path, what: &str) -> Diagnostic {
    let name = names::shown(part);
    Diagnostic::at(part, format!("the {what} `{name}` is named twice")).help("keep one of them")
}

pub(super) fn projection_name_is_taken(projection: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(projection);
    Diagnostic::at(
        projection,
        format!("`{name}` has the name of another projection of the system `{system}`"),
    )
    .note("their rows would stand in one place")
    .help("give one of them a name of its own: `#[projection(name = \"…\")]`")
}

pub(super) fn listens_elsewhere(projection: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(projection);
    Diagnostic::at(
        projection,
        format!("`{name}` takes events of an aggregate that the system `{system}` does not have"),
    )
    .note("nobody would ever store one of them")
    .help("add the aggregate to `aggregates(…)`, or remove the `#[on]` methods for its events")
}

pub(super) fn too_many_reactions(policy: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(policy);
    Diagnostic::at(
        policy,
        format!("with `{name}`, the system `{system}` has more than 512 reactions to events"),
    )
    .note("whether its policies come to an end is looked at for all of them together")
    .help("say of policies that come to an end why they do, which leaves them out: `#[policy(ends = \"…\")]`; or make two systems of it")
}

pub(super) fn policy_name_is_taken(policy: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(policy);
    Diagnostic::at(
        policy,
        format!("`{name}` has the name of another policy of the system `{system}`"),
    )
    .note("what they keep would stand in one place, and their commands could not be told apart")
    .help("give one of them a name of its own: `#[policy(name = \"…\")]`")
}

pub(super) fn reacts_to_others(policy: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(policy);
    Diagnostic::at(
        policy,
        format!("`{name}` reacts to an aggregate that the system `{system}` does not have"),
    )
    .note("nobody would ever store one of its events")
    .help("add the aggregate to `aggregates(…)`, or remove what takes its events")
}

pub(super) fn sends_elsewhere(policy: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(policy);
    Diagnostic::at(
        policy,
        format!("`{name}` sends to an aggregate that the system `{system}` does not have"),
    )
    .note("nobody would decide the command")
    .help("add the aggregate to `aggregates(…)`, or answer with another command")
}

/// The `{}` is the way round.
pub(super) fn loop_without_end(policy: &syn::Path) -> Diagnostic {
    let name = names::shown(policy);
    Diagnostic::at(
        policy,
        format!("`{name}` calls for itself again, and nobody says why that ends"),
    )
    .note("{}: one event could call for commands for ever")
    .help("if the loop is meant, say at one of its methods why it ends: `#[on(ends = \"…\")]`, and of a function `#[policy(ends = \"…\")]`")
}

pub(super) fn name_is_taken(aggregate: &syn::Path, system: &syn::Ident) -> Diagnostic {
    let name = names::shown(aggregate);
    Diagnostic::at(
        aggregate,
        format!("`{name}` has the name of another aggregate of the system `{system}`"),
    )
    .note("their events would stand in one stream")
    .help("give one of them a name of its own: `#[aggregate(…, name = \"…\")]`")
}

pub(super) fn outside_the_list(aggregates: &[syn::Path]) -> Diagnostic {
    let names: Vec<_> = aggregates.iter().map(|path| names::shown(path)).collect();
    let place = aggregates.first();
    Diagnostic::at(&quote::quote!(#place), format!("`{}` stands outside of the list", names[0]))
        .help(format!("write `#[system(aggregates({}))]`", names.join(", ")))
}
