//! `#[projection(sql)]`: methods whose statements run on a connection, which they take first.

use super::{errors, query};
use crate::diagnostics::Diagnostics;
use crate::listener::{self, Listener, Taker, last_name, parameters, ungrouped};

/// The method with `#[reset]`: it makes the tables.
pub(super) struct Reset {
    pub(super) method: syn::Ident,
    /// What the statements run on, without `&mut`.
    pub(super) connection: syn::Type,
    /// What it returns.
    pub(super) answer: syn::Type,
}

/// Reads a method with `#[on]`.
pub(super) fn listener(
    method: &syn::ImplItemFn,
    diagnostics: &mut Diagnostics,
) -> Option<Listener> {
    let signature = &method.sig;
    let (_, rest) = behind_connection(signature, "event: &Recorded<…>", diagnostics)?;
    answer(signature, "()", diagnostics)?;
    if parameters(&rest).is_empty() {
        diagnostics.push(errors::statements_take_no_event(&signature.ident));
        return None;
    }
    // Without the connection it is a method like that of any other projection.
    let rest = with_receiver(rest, syn::parse_quote!(&mut self));
    listener::read(Taker::Projection, &rest, diagnostics)
}

/// Reads a method with `#[query]`.
pub(super) fn question(
    method: &syn::ImplItemFn,
    diagnostics: &mut Diagnostics,
) -> Option<query::Question> {
    let signature = &method.sig;
    let (_, rest) = behind_connection(signature, "question: …", diagnostics)?;
    answer(signature, "…", diagnostics)?;
    if parameters(&rest).is_empty() {
        diagnostics.push(errors::statements_take_no_question(&signature.ident));
        return None;
    }
    let sig = with_receiver(rest, syn::parse_quote!(&self));
    query::read(&syn::ImplItemFn { sig, ..method.clone() }, diagnostics)
}

/// Reads the method with `#[reset]`.
pub(super) fn reset(method: &syn::ImplItemFn, diagnostics: &mut Diagnostics) -> Option<Reset> {
    let signature = &method.sig;
    let (connection, rest) = behind_connection(signature, "", diagnostics)?;
    let answer = answer(signature, "()", diagnostics)?;
    if let Some(second) = parameters(&rest).first() {
        diagnostics.push(errors::reset_takes_more(second));
    }
    Some(Reset { method: signature.ident.clone(), connection, answer })
}

/// What the statements run on, and the signature without it.
fn behind_connection(
    signature: &syn::Signature,
    others: &str,
    diagnostics: &mut Diagnostics,
) -> Option<(syn::Type, syn::Signature)> {
    let method = &signature.ident;
    if let Some(receiver) = signature.receiver() {
        diagnostics.push(errors::statements_take_themselves(receiver, method, others));
        return None;
    }
    if signature.asyncness.is_none() {
        diagnostics.push(errors::statements_do_not_wait(signature));
    }
    let first = parameters(signature).first().map(|first| ungrouped(&first.ty));
    let Some(connection) = first.and_then(lent) else {
        diagnostics.push(errors::no_connection(method, others));
        return None;
    };
    if last_name(ungrouped(connection)).is_some_and(|name| name == "Transaction") {
        diagnostics.push(errors::takes_the_transaction(ungrouped(connection)));
        return None;
    }
    let mut rest = signature.clone();
    rest.inputs = rest.inputs.into_iter().skip(1).collect();
    Some((connection.clone(), rest))
}

/// The `T` of a `&mut T`.
fn lent(ty: &syn::Type) -> Option<&syn::Type> {
    match ty {
        syn::Type::Reference(reference) => {
            reference.mutability.is_some().then_some(&*reference.elem)
        }
        _ => None,
    }
}

fn with_receiver(mut signature: syn::Signature, receiver: syn::FnArg) -> syn::Signature {
    signature.inputs.insert(0, receiver);
    signature
}

/// What a method returns.
fn answer(
    signature: &syn::Signature,
    inside: &str,
    diagnostics: &mut Diagnostics,
) -> Option<syn::Type> {
    match &signature.output {
        syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
        syn::ReturnType::Default => {
            diagnostics.push(errors::statements_return_nothing(&signature.ident, inside));
            None
        }
    }
}
