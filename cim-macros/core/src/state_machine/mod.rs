//! `#[state_machine(…)] impl Order { … }`: the whole lifecycle of an aggregate, checked.

mod answer;
mod beside;
mod check;
mod errors;
mod examples;
mod expand;
mod model;
mod syntax;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::lock::{Lock, StoredMachine};
use crate::names;
use crate::scope;
use beside::Beside;
use model::Model;
use syntax::{Parsed, Syntax};

/// Expands `#[state_machine]`.
pub fn state_machine(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syntax::parse(args.clone(), item.clone(), &mut diagnostics) {
        Parsed::Machine(syntax) => {
            let owner = syntax.owner_ident();
            let Beside { first, taken } = Beside::of(owner, &args, &item);
            if let Some(first) = first {
                return second_machine(&syntax, &first, diagnostics);
            }
            for (name, what) in &taken {
                diagnostics.push(errors::name_is_taken(owner, name, what));
            }
            let taken: Vec<_> = taken.into_iter().map(|(name, _)| name).collect();
            let model = model::build(&syntax, &mut diagnostics);
            check::check(&model, &mut diagnostics);
            let locked = compare(&syntax, &model, &mut diagnostics);
            let expansion = expand::expand(&syntax, &model, &taken, diagnostics.is_empty());
            let locked = diagnostics.is_empty().then_some(locked);
            quote!(#expansion #locked)
        }
        Parsed::Nothing(item) => item,
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

/// Expands a machine whose type has one already: whatever else is wrong with it, its methods belong
/// to the other one.
fn second_machine(syntax: &Syntax, first: &[String], mut others: Diagnostics) -> TokenStream {
    let model = model::build(syntax, &mut others);
    let expansion = expand::second(syntax, &model, first);
    let _ = others.finish();
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(errors::second_machine(syntax.owner_ident()));
    let mistake = diagnostics.finish();
    quote!(#mistake #expansion)
}

/// Compares the machine with the lock.
fn compare(syntax: &Syntax, model: &Model<'_>, diagnostics: &mut Diagnostics) -> TokenStream {
    let machine = StoredMachine {
        owner: &syntax.owner,
        name: names::plain(syntax.owner_ident()),
        events: model.events.iter().map(|event| (&event.path, event.name.clone())).collect(),
    };
    let questions = Lock::of_this_crate().compare_machine(&machine, diagnostics);
    if questions.is_empty() {
        return questions;
    }
    scope::block(&syntax.krate, &questions)
}

/// Expands `#[transition]` where no machine has taken it away.
pub fn transition(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("transition", item)
}

/// Expands `#[output]` where no machine has taken it away.
pub fn output(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("output", item)
}

/// Expands `#[apply]` where no machine has taken it away.
pub fn apply(_: TokenStream, item: TokenStream) -> TokenStream {
    outside("apply", item)
}

fn outside(attribute: &str, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(errors::outside_a_machine(attribute));
    let mistakes = diagnostics.finish();
    quote!(#mistakes #item)
}

/// The runtime's path, when the header gives one among its states.
fn krate(tokens: TokenStream, diagnostics: &mut Diagnostics) -> syn::Path {
    let mut arguments = Arguments::parse("state_machine", tokens);
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    krate
}
