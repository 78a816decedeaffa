//! `#[refused] fn sold_out(&mut self, refused: &Refused<Reserve>)`: a method that answers to a command
//! that was refused.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::errors;
use super::syntax::answer_is_named;
use crate::diagnostics::Diagnostics;
use crate::listener::{self, Taker, is_nameable, parameters, takes_itself, ungrouped};
use crate::scope;
use crate::world;

/// A method with `#[refused]`.
pub(super) struct Refusal {
    pub(super) method: syn::Ident,
    /// The type of the command.
    pub(super) command: syn::Type,
    /// The type of the parameter, `&Refused<Command>`.
    parameter: syn::Type,
    /// What it returns, unless that is nothing.
    answer: Option<syn::Type>,
}

/// Reads a method; one that could not be called is reported, and is `None`.
pub(super) fn read(
    method: &mut syn::ImplItemFn,
    before: &[Refusal],
    diagnostics: &mut Diagnostics,
) -> Option<Refusal> {
    let signature = &method.sig;
    if let Some(token) = &signature.asyncness {
        diagnostics.push(errors::async_method(token, &signature.ident));
    }
    listener::check(Taker::Policy, signature, diagnostics);
    world::check(&mut method.attrs, &mut method.block, errors::from_outside, diagnostics);
    let itself = takes_itself(signature, true) || takes_itself(signature, false);
    if !itself {
        diagnostics.push(errors::answers_otherwise(signature));
    }
    let parameters = parameters(signature);
    let [parameter, more @ ..] = parameters.as_slice() else {
        // Who takes nothing at all has made one mistake.
        if itself {
            diagnostics.push(errors::takes_no_command(&signature.ident));
        }
        return None;
    };
    if let Some(second) = more.first() {
        diagnostics.push(errors::takes_more_than_the_command(second));
    }
    let parameter = (*parameter.ty).clone();
    let Some(command) = command(&parameter) else {
        diagnostics.push(errors::command_without_its_refusal(&parameter));
        return None;
    };
    if !answer_is_named(signature, diagnostics) {
        return None;
    }
    let command = command.clone();
    if let Some(first) = before.iter().find(|first| first.command == command) {
        diagnostics.push(errors::refused_twice(&command, &first.method));
    }
    let answer = match &signature.output {
        syn::ReturnType::Type(_, ty) if is_nameable(ty) => Some((**ty).clone()),
        _ => None,
    };
    Some(Refusal { method: signature.ident.clone(), command, parameter, answer })
}

/// The command in `&Refused<Command>`.
fn command(parameter: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Reference(reference) = ungrouped(parameter) else { return None };
    let syn::Type::Path(path) = ungrouped(&reference.elem) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Refused")?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(command))
            if arguments.args.len() == 1 && reference.mutability.is_none() =>
        {
            Some(ungrouped(command))
        }
        _ => None,
    }
}

/// Of each command everything is asked through one trait: of one that is none rustc then says the
/// same each time, and shows it once.
fn refusable(refusal: &Refusal) -> TokenStream {
    let (krate, command) = (scope::code(), &refusal.command);
    quote_spanned!(command.span()=> <#command as #krate::Refusable>)
}

fn answered(refusal: &Refusal) -> TokenStream {
    let krate = scope::code();
    match &refusal.answer {
        Some(answer) => quote_spanned!(answer.span()=> <#answer as #krate::Reaction>),
        None => quote!(<() as #krate::Reaction>),
    }
}

/// What the policy's impl says of its methods, and the assertions about them; nothing where there are
/// none.
pub(super) fn expand(
    owner: &syn::Path,
    refusals: &[Refusal],
    ends: bool,
) -> Option<(TokenStream, TokenStream)> {
    if refusals.is_empty() {
        return None;
    }
    let krate = scope::code();
    let compensations = refusals.iter().map(|refusal| {
        let (refusable, answered) = (refusable(refusal), answered(refusal));
        quote!(#krate::Compensation { command: #refusable::COMMAND, sends: #answered::SENDS })
    });
    let (incoming, plan) = (listener::local("incoming"), listener::local("plan"));
    let calls = refusals.iter().map(|refusal| {
        let (refusable, answered) = (refusable(refusal), answered(refusal));
        let method = &refusal.method;
        let refused = syn::Ident::new(
            "refused",
            proc_macro2::Span::mixed_site().located_at(refusal.parameter.span()),
        );
        let call = quote!(Self::#method(self, #refused));
        quote!(#refusable::hand(#incoming, |#refused| #answered::planned(#call, #plan));)
    });
    let parts = quote! {
        const COMPENSATIONS: &'static [#krate::Compensation] = &[#(#compensations),*];
        fn refuse(&mut self, command: &mut #krate::Refusing<'_>) {
            let (#incoming, #plan) = command.parts();
            #(#calls)*
        }
    };
    let all = quote!(<#owner as #krate::Policy>::COMPENSATIONS);
    let routes = quote!(<#owner as #krate::Policy>::ROUTES);
    let assertions = refusals.iter().enumerate().map(|(index, refusal)| {
        let command = &refusal.command;
        // Of the first there is nothing to be said.
        let once = refusals[..index].first().map(|first| {
            errors::refused_twice(command, &first.method)
                .unless(&quote!(#krate::is_refused_once(#all, #index)))
        });
        let sent =
            errors::never_sent(command).unless(&quote!(#krate::is_sent(#routes, #all, #index)));
        let comes_back = (!ends).then(|| {
            errors::comes_back(command).unless(&quote!(#krate::does_not_come_back(#all, #index)))
        });
        quote!(#once #sent #comes_back)
    });
    Some((parts, quote!(#(#assertions)*)))
}
