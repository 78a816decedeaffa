//! What a deciding method returns: the shapes that a signature may have.

use super::errors;
use super::examples::Examples;
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
    /// `()`, in a Moore machine: the event follows from the state that is entered.
    Guard,
}

impl Shape {
    /// The events, in the order they are written.
    pub(super) fn events(&self) -> Vec<&syn::Path> {
        match self {
            Shape::One(event) | Shape::Optional(event) | Shape::Many(event) => vec![event],
            Shape::Alternatives(events) | Shape::Sequence(events) => events.iter().collect(),
            Shape::Guard => Vec::new(),
        }
    }
}

/// Reads a method's return type.
pub(super) fn read(
    signature: &syn::Signature,
    examples: &Examples,
    diagnostics: &mut Diagnostics,
) -> Option<Answer> {
    let syn::ReturnType::Type(_, ty) = &signature.output else {
        diagnostics.push(errors::returns_nothing(&signature.ident, &signature.ident, examples));
        return None;
    };
    let ty = ungrouped(ty);
    let (fallible, inner) = match wrapped("Result", ty) {
        Some(inner) => (Some(ty.clone()), inner),
        None => (None, ty),
    };
    let refusal = arguments("Result", ty).and_then(|types| types.get(1).copied().cloned());
    if fallible.is_some() && wrapped("Result", inner).is_some() {
        diagnostics.push(errors::refuses_twice(inner));
        return None;
    }
    if let Some(boxed) = &refusal
        && matches!(wrapped("Box", boxed), Some(syn::Type::TraitObject(_)))
    {
        diagnostics.push(errors::boxed_refusal(boxed, examples));
    }
    let shape = shape(inner, &signature.ident, examples, diagnostics)?;
    for event in shape.events() {
        if let Some(what) = what_it_is_instead(event, signature, examples) {
            diagnostics.push(errors::answers_with_no_event(event, what, examples));
            return None;
        }
    }
    Some(Answer { fallible, refusal, shape })
}

/// What stands where an event should, if that can be told: one of the machine's enums, or the
/// command itself.
fn what_it_is_instead(
    event: &syn::Path,
    signature: &syn::Signature,
    examples: &Examples,
) -> Option<&'static str> {
    let is_command = signature.inputs.iter().any(|input| match input {
        syn::FnArg::Typed(typed) => {
            matches!(ungrouped(&typed.ty), syn::Type::Path(path) if path.path == *event)
        }
        syn::FnArg::Receiver(_) => false,
    });
    match last_name(event).strip_prefix(examples.owner()) {
        _ if is_command => Some("the command"),
        _ if event.segments.len() > 1 => None,
        Some("Event") => Some("any event of the machine"),
        Some("State") => Some("the state"),
        Some("Command") => Some("any command of the machine"),
        _ => None,
    }
}

/// Reads the return type of a Moore machine's transition, which only guards.
pub(super) fn read_guard(
    signature: &syn::Signature,
    diagnostics: &mut Diagnostics,
) -> Option<Answer> {
    let unit = Answer { fallible: None, refusal: None, shape: Shape::Guard };
    let syn::ReturnType::Type(_, ty) = &signature.output else { return Some(unit) };
    let ty = ungrouped(ty);
    let inner = wrapped("Result", ty);
    match inner.unwrap_or(ty) {
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => {
            let refusal = arguments("Result", ty).and_then(|types| types.get(1).copied().cloned());
            Some(Answer { fallible: inner.map(|_| ty.clone()), refusal, ..unit })
        }
        event => {
            diagnostics.push(errors::guard_returns(event, &signature.ident));
            None
        }
    }
}

fn shape(
    ty: &syn::Type,
    method: &syn::Ident,
    examples: &Examples,
    diagnostics: &mut Diagnostics,
) -> Option<Shape> {
    if let syn::Type::Tuple(tuple) = ty {
        if tuple.elems.is_empty() {
            diagnostics.push(errors::returns_nothing(tuple, method, examples));
            return None;
        }
        return events("tuple", tuple.elems.iter(), diagnostics).map(Shape::Sequence);
    }
    if let Some(inner) = wrapped("Option", ty) {
        return part("Option", inner, diagnostics).map(Shape::Optional);
    }
    if let Some(inner) = wrapped("Vec", ty) {
        return part("Vec", inner, diagnostics).map(Shape::Many);
    }
    if let Some(alternatives) = arguments("OneOf", ty) {
        if !(2..=4).contains(&alternatives.len()) {
            diagnostics.leave_to_rustc();
            return None;
        }
        return events("OneOf", alternatives.into_iter(), diagnostics).map(Shape::Alternatives);
    }
    event(ty, diagnostics).map(Shape::One)
}

fn events<'a>(
    of: &str,
    types: impl Iterator<Item = &'a syn::Type>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<syn::Path>> {
    let mut paths = Vec::new();
    for ty in types {
        paths.push(part(of, ty, diagnostics)?);
    }
    Some(paths)
}

/// An event inside of a wrapper, which holds no other wrapper.
fn part(of: &str, ty: &syn::Type, diagnostics: &mut Diagnostics) -> Option<syn::Path> {
    let wrapper = match ungrouped(ty) {
        syn::Type::Tuple(_) => Some("tuple"),
        ty => WRAPPERS.into_iter().find(|wrapper| wrapped(wrapper, ty).is_some()),
    };
    let Some(wrapper) = wrapper else { return event(ty, diagnostics) };
    diagnostics.push(errors::wrapped_twice(ty, of, wrapper));
    None
}

/// What events may stand in, by name.
const WRAPPERS: [&str; 4] = ["Result", "Option", "OneOf", "Vec"];

/// The names of the events in a return type, as far as they can be told.
pub(super) fn events_of(output: &syn::ReturnType) -> Vec<String> {
    fn inside(ty: &syn::Type) -> Vec<String> {
        match ungrouped(ty) {
            syn::Type::Tuple(tuple) => tuple.elems.iter().flat_map(inside).collect(),
            ty => match WRAPPERS.into_iter().find_map(|name| Some((name, arguments(name, ty)?))) {
                Some(("Result", types)) => types.into_iter().take(1).flat_map(inside).collect(),
                Some((_, types)) => types.into_iter().flat_map(inside).collect(),
                None => match ty {
                    syn::Type::Path(path) => vec![last_name(&path.path)],
                    _ => Vec::new(),
                },
            },
        }
    }
    match output {
        syn::ReturnType::Default => Vec::new(),
        syn::ReturnType::Type(_, ty) => inside(ty),
    }
}

/// The name of the refusal in a return type, if it is written.
pub(super) fn refusal_of(output: &syn::ReturnType) -> Option<String> {
    let syn::ReturnType::Type(_, ty) = output else { return None };
    let refusal = arguments("Result", ty)?.into_iter().nth(1)?;
    Some(names::shown(refusal))
}

pub(super) fn event(ty: &syn::Type, diagnostics: &mut Diagnostics) -> Option<syn::Path> {
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
