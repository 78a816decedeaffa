//! Signatures that somebody else can call.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::{Taker, errors};
use crate::diagnostics::Diagnostics;

/// Rules for every method of a projection or a policy, and for the function that is one.
pub(crate) fn check(taker: Taker, signature: &syn::Signature, diagnostics: &mut Diagnostics) {
    if let Some(token) = &signature.constness {
        diagnostics.push(errors::const_method(taker, token, &signature.ident));
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        diagnostics.push(errors::unsafe_method(taker, signature));
    }
    if !signature.generics.params.is_empty() {
        diagnostics.push(errors::generic_method(taker, &signature.generics));
    }
}

/// A method's parameters behind its receiver, if it has the receiver that it should.
pub(crate) fn parameters(signature: &syn::Signature) -> Vec<&syn::PatType> {
    let typed = signature.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Typed(typed) => Some(typed),
        syn::FnArg::Receiver(_) => None,
    });
    typed.collect()
}

/// Whether a method takes itself as `&self`, or as `&mut self`.
pub(crate) fn takes_itself(signature: &syn::Signature, mutable: bool) -> bool {
    matches!(
        signature.receiver().map(|this| &this.kind),
        Some(syn::ReceiverKind::Reference(_, _, found)) if found.is_some() == mutable
    )
}

/// The receiver; the method's name, if it has none.
pub(crate) fn receiver(signature: &syn::Signature) -> TokenStream {
    match signature.receiver() {
        Some(receiver) => receiver.to_token_stream(),
        None => signature.ident.to_token_stream(),
    }
}

/// A type without the invisible groups of `macro_rules`.
pub(crate) fn ungrouped(ty: &syn::Type) -> &syn::Type {
    match ty {
        syn::Type::Group(group) => ungrouped(&group.elem),
        syn::Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// The last name of a type's path.
pub(crate) fn last_name(ty: &syn::Type) -> Option<&syn::Ident> {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// Whether a type can be written elsewhere: not `impl Trait`, and not `!`.
pub(crate) fn is_nameable(ty: &syn::Type) -> bool {
    match ungrouped(ty) {
        syn::Type::ImplTrait(_) | syn::Type::Never(_) | syn::Type::Infer(_) => false,
        syn::Type::Tuple(tuple) => tuple.elems.iter().all(is_nameable),
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
