//! `#[on]`, `#[on(EmailAdded, PhoneAdded)]`, `#[on(ends = "…")]`: what the attribute of a method says.

use super::{Listener, Taker, errors, last_name};
use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;

/// What stands in the parentheses.
#[derive(Default)]
pub(crate) struct On {
    /// The events that a method with `AnyOf` takes, if not each one that is left.
    events: Vec<syn::Path>,
    /// Why a loop through the method ends.
    ends: Option<syn::LitStr>,
}

impl On {
    /// Reads one more attribute of the method.
    pub(crate) fn read(
        &mut self,
        taker: Taker,
        attr: &syn::Attribute,
        diagnostics: &mut Diagnostics,
    ) {
        let list = match &attr.meta {
            syn::Meta::Path(_) => return,
            syn::Meta::List(list) => list,
            syn::Meta::NameValue(_) => {
                diagnostics.push(errors::takes_nothing(attr));
                return;
            }
        };
        let mut arguments = Arguments::parse("on", list.tokens.clone());
        let ends = match taker {
            Taker::Policy => ends(&mut arguments, diagnostics),
            // What makes rows calls for nothing.
            Taker::Projection | Taker::Function => None,
        };
        self.events.extend(arguments.strays());
        self.ends = self.ends.take().or(ends);
        arguments.finish(diagnostics);
    }

    /// The method once for each of its events.
    pub(crate) fn apply(
        self,
        taker: Taker,
        listener: Listener,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Listener> {
        let listener = Listener { ends: self.ends, ..listener };
        let Some(first) = self.events.first() else { return vec![listener] };
        if last_name(&listener.event).is_none_or(|name| name != "AnyOf") {
            diagnostics.push(errors::names_events(taker, first, &listener.event));
            return Vec::new();
        }
        let one = |event: &syn::Path| Listener {
            event: syn::parse_quote!(#event),
            among: Some(listener.event.clone()),
            ..listener.clone()
        };
        self.events.iter().map(one).collect()
    }
}

/// Why a loop ends, in quotes: the value of `ends = "…"`.
pub(crate) fn ends(
    arguments: &mut Arguments,
    diagnostics: &mut Diagnostics,
) -> Option<syn::LitStr> {
    let what = "a reason in quotes, such as `\"an order is paid some day\"`";
    let ends: Option<syn::LitStr> = arguments.value("ends", what, diagnostics);
    if let Some(ends) = ends.as_ref().filter(|ends| ends.value().trim().is_empty()) {
        diagnostics.push(errors::ends_without_a_reason(ends));
    }
    ends
}
