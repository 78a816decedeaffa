//! `#[on] fn placed(&mut self, event: &Recorded<OrderPlaced>)`: a method that takes an event.

use syn::spanned::Spanned as _;

use super::{Taker, errors, is_nameable, parameters, takes_itself, ungrouped};
use crate::diagnostics::Diagnostics;

/// A method with `#[on]`, or a function that is a policy.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) method: syn::Ident,
    /// The event's type.
    pub(crate) event: syn::Type,
    /// The `AnyOf<…>` of a method that names its events.
    pub(crate) among: Option<syn::Type>,
    /// The parameter's type, `&Recorded<Event>`.
    pub(crate) parameter: syn::Type,
    /// What it returns, if that can be named elsewhere.
    pub(crate) answer: Option<syn::Type>,
    /// Why a loop through it ends, if its attribute says so.
    pub(crate) ends: Option<syn::LitStr>,
}

/// Reads a method's signature; one that could not be called is reported, and is `None`.
pub(crate) fn read(
    taker: Taker,
    signature: &syn::Signature,
    diagnostics: &mut Diagnostics,
) -> Option<Listener> {
    let itself = match taker {
        Taker::Projection => takes_itself(signature, true),
        Taker::Policy => takes_itself(signature, true) || takes_itself(signature, false),
        Taker::Function => signature.receiver().is_none(),
    };
    if !itself {
        diagnostics.push(errors::listens_otherwise(taker, signature));
    }
    let parameters = parameters(signature);
    let [parameter, more @ ..] = parameters.as_slice() else {
        // Who takes nothing at all has made one mistake.
        if itself {
            diagnostics.push(errors::takes_no_event(taker, &signature.ident));
        }
        return None;
    };
    if let Some(second) = more.first() {
        diagnostics.push(errors::takes_more_than_the_event(taker, second));
    }
    let event = event(taker, &parameter.ty, diagnostics)?;
    let answer = match &signature.output {
        syn::ReturnType::Type(_, ty) if is_nameable(ty) => Some((**ty).clone()),
        _ => None,
    };
    let parameter = (*parameter.ty).clone();
    Some(Listener {
        method: signature.ident.clone(),
        event,
        among: None,
        parameter,
        answer,
        ends: None,
    })
}

/// The event in `&Recorded<Event>`.
fn event(taker: Taker, parameter: &syn::Type, diagnostics: &mut Diagnostics) -> Option<syn::Type> {
    let syn::Type::Reference(reference) = ungrouped(parameter) else {
        diagnostics.push(match recorded(parameter) {
            Some(event) => errors::event_by_value(taker, parameter, event),
            None => errors::event_without_its_record(taker, parameter, ungrouped(parameter)),
        });
        return None;
    };
    match recorded(&reference.elem) {
        Some(event) if reference.mutability.is_none() => return Some(event.clone()),
        Some(event) => diagnostics.push(errors::mutable_event(parameter, event)),
        None => {
            let inner = ungrouped(&reference.elem);
            diagnostics.push(errors::event_without_its_record(taker, parameter, inner));
        }
    }
    None
}

/// Writes the signature of a method that takes an event alone as it should be: of the body, which
/// counts on the record, rustc then says nothing.
pub(crate) fn with_its_record(krate: &syn::Path, signature: &mut syn::Signature) {
    let first = signature.inputs.iter_mut().find_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(&mut *typed.ty),
        syn::FnArg::Receiver(_) => None,
    });
    let Some(parameter) = first else { return };
    let event = match ungrouped(parameter) {
        syn::Type::Reference(reference) => ungrouped(&reference.elem),
        event => event,
    };
    if is_a_name(event) && recorded(event).is_none() {
        let span = parameter.span();
        *parameter = syn::parse_quote_spanned!(span=> &#krate::prelude::Recorded<#event>);
    }
}

/// Whether it is the name of somebody's type, and none of rustc's own.
fn is_a_name(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        last.arguments.is_none() && last.ident.to_string().starts_with(char::is_uppercase)
    })
}

/// The `E` of a `Recorded<E>`.
fn recorded(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(path) = ungrouped(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Recorded")?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(event)) if arguments.args.len() == 1 => {
            Some(ungrouped(event))
        }
        _ => None,
    }
}

/// Reports an event that a method before takes.
pub(crate) fn is_another(
    taker: Taker,
    listener: &Listener,
    before: &[Listener],
    diagnostics: &mut Diagnostics,
) {
    if let Some(first) = before.iter().find(|first| first.event == listener.event) {
        diagnostics.push(errors::event_taken_twice(taker, &listener.event, &first.method));
    }
}
