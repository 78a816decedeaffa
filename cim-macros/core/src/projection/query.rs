//! `#[query] fn order(&self, question: OrderOf) -> Option<Row>`: a method that answers a question.

use super::errors;
use crate::diagnostics::Diagnostics;
use crate::listener::{parameters, takes_itself, ungrouped};

/// A method with `#[query]`.
pub(super) struct Question {
    pub(super) method: syn::Ident,
    /// The question's type.
    pub(super) ty: syn::TypePath,
    pub(super) answer: syn::Type,
    /// When it is there at all: `#[cfg(…)]`.
    pub(super) conditions: Vec<syn::Attribute>,
}

/// Reads a method's signature; a question that cannot be one is reported, and is `None`.
pub(super) fn read(method: &syn::ImplItemFn, diagnostics: &mut Diagnostics) -> Option<Question> {
    let signature = &method.sig;
    let itself = takes_itself(signature, false);
    if !itself {
        diagnostics.push(errors::answers_by_reference(signature));
    }
    let answer = match &signature.output {
        syn::ReturnType::Type(_, ty) => (**ty).clone(),
        syn::ReturnType::Default => syn::parse_quote!(()),
    };
    let mistake = if matches!(signature.output, syn::ReturnType::Default) {
        Some(errors::answers_nothing(&signature.ident))
    } else if let syn::Type::ImplTrait(_) = ungrouped(&answer) {
        Some(errors::unnamed_answer(&answer))
    } else {
        reference_in(&answer).map(errors::borrowed_answer)
    };
    // One that cannot be written elsewhere would be a second mistake.
    let unknown = || syn::parse_quote!(::core::primitive::bool);
    let answer = if mistake.is_some() { unknown() } else { answer };
    mistake.into_iter().for_each(|mistake| diagnostics.push(mistake));
    let parameters = parameters(signature);
    let [parameter, more @ ..] = parameters.as_slice() else {
        if itself {
            diagnostics.push(errors::takes_no_question(&signature.ident));
        }
        return None;
    };
    if let Some(second) = more.first() {
        diagnostics.push(errors::takes_more_than_the_question(second));
    }
    let ty = match ungrouped(&parameter.ty) {
        syn::Type::Path(path) if is_own(&parameter.ty) => path.clone(),
        ty => {
            diagnostics.push(match ty {
                syn::Type::Reference(reference) if is_own(&reference.elem) => {
                    errors::question_by_reference(reference)
                }
                _ => errors::not_a_question(ty),
            });
            return None;
        }
    };
    let conditions = method.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let conditions = conditions.cloned().collect();
    Some(Question { method: signature.ident.clone(), ty, answer, conditions })
}

/// Whether it may be a type of the author's own: it is none of those that everybody knows from the
/// language.
fn is_own(ty: &syn::Type) -> bool {
    const NAMES: [&str; 15] = [
        "str", "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "isize", "u8", "u16",
        "u32", "u64", "usize",
    ];
    let syn::Type::Path(ty) = ungrouped(ty) else { return false };
    !NAMES.iter().any(|name| ty.path.is_ident(name))
}

/// The first reference in an answer.
fn reference_in(ty: &syn::Type) -> Option<&syn::TypeReference> {
    match ungrouped(ty) {
        syn::Type::Reference(reference) => Some(reference),
        syn::Type::Tuple(tuple) => tuple.elems.iter().find_map(reference_in),
        syn::Type::Path(path) => path.path.segments.iter().find_map(|segment| {
            let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else {
                return None;
            };
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(ty) => reference_in(ty),
                _ => None,
            })
        }),
        _ => None,
    }
}

/// Whether no method before takes the question; one that does is reported.
pub(super) fn is_another(
    question: &Question,
    before: &[Question],
    diagnostics: &mut Diagnostics,
) -> bool {
    // Of those behind conditions rustc knows which there are.
    let same = |first: &&Question| {
        first.ty == question.ty && first.conditions.is_empty() && question.conditions.is_empty()
    };
    let first = before.iter().find(same);
    if let Some(first) = first {
        diagnostics.push(errors::question_taken_twice(&question.ty, &first.method));
    }
    first.is_none()
}
