//! `#[on] fn placed(&mut self, event: &Recorded<OrderPlaced>)`: a method that takes an event.

use super::errors;
use super::syntax::{parameters, takes_itself, ungrouped};
use crate::diagnostics::Diagnostics;

/// A method with `#[on]`.
pub(super) struct Listener {
    pub(super) method: syn::Ident,
    /// The event's type.
    pub(super) event: syn::Type,
    /// The parameter's type, `&Recorded<Event>`.
    pub(super) parameter: syn::Type,
    /// What it returns, if that can be named elsewhere.
    pub(super) answer: Option<syn::Type>,
}

/// Reads a method's signature; one that could not be called is reported, and is `None`.
pub(super) fn read(signature: &syn::Signature, diagnostics: &mut Diagnostics) -> Option<Listener> {
    let itself = takes_itself(signature, true);
    if !itself {
        diagnostics.push(errors::listens_by_mutable_reference(signature));
    }
    let parameters = parameters(signature);
    let [parameter, more @ ..] = parameters.as_slice() else {
        // Who takes nothing at all has made one mistake.
        if itself {
            diagnostics.push(errors::takes_no_event(&signature.ident));
        }
        return None;
    };
    if let Some(second) = more.first() {
        diagnostics.push(errors::takes_more_than_the_event(second));
    }
    let event = event(&parameter.ty, diagnostics)?;
    let answer = match &signature.output {
        syn::ReturnType::Type(_, ty) if is_nameable(ty) => Some((**ty).clone()),
        _ => None,
    };
    let parameter = (*parameter.ty).clone();
    Some(Listener { method: signature.ident.clone(), event, parameter, answer })
}

/// The event in `&Recorded<Event>`.
fn event(parameter: &syn::Type, diagnostics: &mut Diagnostics) -> Option<syn::Type> {
    let syn::Type::Reference(reference) = ungrouped(parameter) else {
        diagnostics.push(match recorded(parameter) {
            Some(event) => errors::event_by_value(parameter, event),
            None => errors::event_without_its_record(parameter, ungrouped(parameter)),
        });
        return None;
    };
    match recorded(&reference.elem) {
        Some(event) if reference.mutability.is_none() => return Some(event.clone()),
        Some(event) => diagnostics.push(errors::mutable_event(parameter, event)),
        None => {
            let inner = ungrouped(&reference.elem);
            diagnostics.push(errors::event_without_its_record(parameter, inner));
        }
    }
    None
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

/// Whether a type can be written elsewhere: not `impl Trait`, and not `!`.
fn is_nameable(ty: &syn::Type) -> bool {
    match ungrouped(ty) {
        syn::Type::ImplTrait(_) | syn::Type::Never(_) | syn::Type::Infer(_) => false,
        syn::Type::Path(path) => {
            path.path.segments.iter().all(|segment| match &segment.arguments {
                syn::PathArguments::AngleBracketed(arguments) => {
                    arguments.args.iter().all(|argument| match argument {
                        syn::GenericArgument::Type(ty) => is_nameable(ty),
                        _ => true,
                    })
                }
                _ => true,
            })
        }
        _ => true,
    }
}

/// Reports an event that a method before takes.
pub(super) fn is_another(listener: &Listener, before: &[Listener], diagnostics: &mut Diagnostics) {
    if let Some(first) = before.iter().find(|first| first.event == listener.event) {
        diagnostics.push(errors::event_taken_twice(&listener.event, &first.method));
    }
}
