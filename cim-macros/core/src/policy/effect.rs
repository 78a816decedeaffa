//! `#[policy] async fn welcome(event: &Recorded<Registered>, mailer: &Mailer)`: a policy that acts on
//! the world.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::errors;
use super::syntax::answer_is_named;
use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::listener::{self, Listener, Taker, ungrouped};
use crate::scope;

/// What is said of an effect, beside its event and its answer.
pub(super) struct Effect {
    /// The types of what it takes from outside.
    needs: Vec<syn::Type>,
    keys: Keys,
}

/// Numbers, each the default where it is not given.
#[derive(Default)]
pub(super) struct Keys(Vec<(&'static str, syn::LitInt)>);

const TIMEOUT_SECONDS: &str = "timeout_seconds";
const AT_ONCE: &str = "at_once";
const ATTEMPTS: &str = "attempts";

/// Takes the keys of effects.
pub(super) fn keys(arguments: &mut Arguments, diagnostics: &mut Diagnostics) -> Keys {
    let mut keys = Vec::new();
    for key in [TIMEOUT_SECONDS, AT_ONCE, ATTEMPTS] {
        let number: Option<syn::LitInt> =
            arguments.value(key, "a whole number, such as `8`", diagnostics);
        let Some(number) = number else { continue };
        if number.base10_parse::<u32>().map_or(true, |number| number == 0) {
            diagnostics.push(errors::not_a_count(&number, key));
        }
        keys.push((key, number));
    }
    Keys(keys)
}

impl Keys {
    /// Reports them where nothing waits for the world.
    pub(super) fn refuse(&self, function: Option<&syn::Ident>, diagnostics: &mut Diagnostics) {
        for (key, number) in &self.0 {
            diagnostics.push(errors::key_of_effects(number, key, function));
        }
    }

    fn number(&self, key: &str, default: u32) -> u32 {
        let given = self.0.iter().find(|(known, _)| *known == key);
        given.and_then(|(_, number)| number.base10_parse().ok()).unwrap_or(default)
    }
}

/// Reads a function; one that could not be called is reported, and is `None`.
pub(super) fn read(
    signature: &syn::Signature,
    keys: Keys,
    diagnostics: &mut Diagnostics,
) -> (Option<Listener>, Effect) {
    listener::check(Taker::Function, signature, diagnostics);
    // What stands first is the event, as in any other policy.
    let mut first = signature.clone();
    first.inputs = first.inputs.into_iter().take(1).collect();
    let listener = listener::read(Taker::Function, &first, diagnostics);
    let named = answer_is_named(signature, diagnostics);
    let parameters = listener::parameters(signature);
    let needs = parameters.iter().skip(1).filter_map(|need| self::need(&need.ty, diagnostics));
    let needs = needs.collect();
    (listener.filter(|_| named), Effect { needs, keys })
}

/// The `T` of a `&T`.
fn need(parameter: &syn::Type, diagnostics: &mut Diagnostics) -> Option<syn::Type> {
    let syn::Type::Reference(reference) = ungrouped(parameter) else {
        diagnostics.push(match ungrouped(parameter) {
            syn::Type::ImplTrait(_) => errors::need_without_a_type(parameter),
            _ => errors::need_by_value(parameter),
        });
        return None;
    };
    let inner = ungrouped(&reference.elem);
    let mistake = match inner {
        syn::Type::ImplTrait(_) | syn::Type::TraitObject(_) => {
            errors::need_without_a_type(parameter)
        }
        syn::Type::Path(path)
            if path.path.segments.last().is_some_and(|last| last.ident == "Recorded") =>
        {
            errors::second_event(parameter)
        }
        _ if reference.mutability.is_some() => errors::need_to_be_changed(parameter, inner),
        _ => return Some(inner.clone()),
    };
    diagnostics.push(mistake);
    None
}

/// What the policy's impl says of it.
pub(super) fn expand(
    function: &syn::Ident,
    listener: &Listener,
    answered: &TokenStream,
    effect: &Effect,
) -> TokenStream {
    let krate = scope::code();
    let (acting, plan, event) =
        (listener::local("acting"), listener::local("plan"), listener::local("event"));
    let failed = listener::local("failed");
    let provided: Vec<_> = effect
        .needs
        .iter()
        .map(|ty| quote_spanned!(ty.span()=> <#ty as #krate::Provided>))
        .collect();
    let heard = listener::heard(listener);
    let (stored, envelope) = (listener::local("stored"), listener::local("envelope"));
    let timeout_seconds = effect.keys.number(TIMEOUT_SECONDS, 30);
    let at_once = effect.keys.number(AT_ONCE, 8);
    let attempts = effect.keys.number(ATTEMPTS, 10);
    // A future that cannot be sent to another thread is the function's.
    let act = quote_spanned!(function.span()=> #krate::act);
    quote! {
        const EFFECT: #krate::Option<#krate::EffectInfo> = #krate::Some(#krate::EffectInfo {
            timeout_seconds: #timeout_seconds,
            at_once: #at_once,
            attempts: #attempts,
            needs: &[#(#provided::NEED),*],
            act: |#acting| #act(async move {
                let #event = {
                    let (#stored, #envelope) = #acting.event()?;
                    #krate::Acting::known(#heard::read(#stored, &#envelope))?
                };
                let mut #plan = #acting.plan()?;
                let #failed = #answered::planned(
                    #function(&#event #(, #provided::need(&#acting)?)*).await,
                    &mut #plan,
                );
                #krate::Acting::end(#plan, #failed)
            }),
        });
    }
}
