//! What a deciding method returns: the shapes that a signature may have.

use super::errors;
use crate::diagnostics::Diagnostics;
use crate::names;

/// The return type of a deciding method.
pub(super) struct Answer {
    /// The whole type, if it is a `Result`.
    pub(super) fallible: Option<syn::Type>,
    /// Its second argument, if it is written: behind an alias only rustc knows it.
    pub(super) refusal: Option<syn::Type>,
    pub(super) shape: Shape,
}

/// How many events there are.
pub(super) enum Shape {
    /// `E`.
    One(syn::Path),
    /// `Option<E>`.
    Optional(syn::Path),
    /// `OneOf<E, F>`.
    Alternatives(Vec<syn::Path>),
    /// `(E, F)`.
    Sequence(Vec<syn::Path>),
    /// `Vec<E>`.
    Many(syn::Path),
}

impl Shape {
    /// The events, in the order they are written.
    pub(super) fn events(&self) -> Vec<&syn::Path> {
        match self {
            Shape::One(event) | Shape::Optional(event) | Shape::Many(event) => vec![event],
            Shape::Alternatives(events) | Shape::Sequence(events) => events.iter().collect(),
        }
    }
}

/// Reads a method's return type.
pub(super) fn read(signature: &syn::Signature, diagnostics: &mut Diagnostics) -> Option<Answer> {
    let syn::ReturnType::Type(_, ty) = &signature.output else {
        diagnostics.push(errors::returns_nothing(&signature.ident, &signature.ident));
        return None;
    };
    let ty = ungrouped(ty);
    let (fallible, inner) = match wrapped("Result", ty) {
        Some(inner) => (Some(ty.clone()), inner),
        None => (None, ty),
    };
    let refusal = arguments("Result", ty).and_then(|types| types.get(1).copied().cloned());
    let shape = shape(inner, &signature.ident, diagnostics)?;
    Some(Answer { fallible, refusal, shape })
}

fn shape(ty: &syn::Type, method: &syn::Ident, diagnostics: &mut Diagnostics) -> Option<Shape> {
    if let syn::Type::Tuple(tuple) = ty {
        if tuple.elems.is_empty() {
            diagnostics.push(errors::returns_nothing(tuple, method));
            return None;
        }
        return events(tuple.elems.iter(), diagnostics).map(Shape::Sequence);
    }
    if let Some(inner) = wrapped("Option", ty) {
        return event(inner, diagnostics).map(Shape::Optional);
    }
    if let Some(inner) = wrapped("Vec", ty) {
        return event(inner, diagnostics).map(Shape::Many);
    }
    if let Some(alternatives) = arguments("OneOf", ty) {
        if !(2..=4).contains(&alternatives.len()) {
            diagnostics.leave_to_rustc();
            return None;
        }
        return events(alternatives.into_iter(), diagnostics).map(Shape::Alternatives);
    }
    event(ty, diagnostics).map(Shape::One)
}

fn events<'a>(
    types: impl Iterator<Item = &'a syn::Type>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<syn::Path>> {
    let mut paths = Vec::new();
    for ty in types {
        paths.push(event(ty, diagnostics)?);
    }
    Some(paths)
}

fn event(ty: &syn::Type, diagnostics: &mut Diagnostics) -> Option<syn::Path> {
    match ungrouped(ty) {
        syn::Type::Path(path) if path.qself.is_none() => Some(path.path.clone()),
        other => {
            diagnostics.push(errors::not_an_event_type(other));
            None
        }
    }
}

/// The first type argument of the wrapper with this name. An event may have the wrapper's name: it
/// has no arguments.
fn wrapped<'a>(wrapper: &str, ty: &'a syn::Type) -> Option<&'a syn::Type> {
    arguments(wrapper, ty)?.into_iter().next()
}

fn arguments<'a>(wrapper: &str, ty: &'a syn::Type) -> Option<Vec<&'a syn::Type>> {
    let syn::Type::Path(path) = ungrouped(ty) else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    if last.ident != wrapper {
        return None;
    }
    let types = arguments.args.iter().filter_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ungrouped(ty)),
        _ => None,
    });
    Some(types.collect())
}

/// Without the invisible group that a `macro_rules` fragment leaves.
pub(super) fn ungrouped(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Group(group) => ungrouped(&group.elem),
        syn::Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}

/// The name under which an event or a command of this path is known in the machine.
pub(super) fn last_name(path: &syn::Path) -> String {
    path.segments.last().map(|segment| names::plain(&segment.ident)).unwrap_or_default()
}
