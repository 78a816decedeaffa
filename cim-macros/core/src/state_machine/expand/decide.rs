//! Which method decides a command in which state, and what becomes of its answer.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::super::answer::Shape;
use super::super::model::{Decision, Model};
use super::{Names, stub, variants};

pub(super) fn handles(names: &Names<'_>, model: &Model<'_>, command: usize) -> TokenStream {
    let Names { krate, owner, .. } = names;
    let path = &model.commands[command].path;
    let decisions: Vec<_> = model
        .decisions
        .iter()
        .filter(|decision| model.methods[decision.method].command == command)
        .collect();
    let mut events: Vec<&str> = Vec::new();
    for decision in &decisions {
        let method = &model.methods[decision.method];
        let output = decision.output.map(|output| model.outputs[output].event);
        for index in method.events.iter().copied().chain(output) {
            let name = model.events[index].name.as_str();
            if !events.contains(&name) {
                events.push(name);
            }
        }
    }
    let body = decide(names, model, &decisions);
    quote! {
        #[automatically_derived]
        impl #krate::Handles<#path> for #owner {
            const EVENTS: &'static [&'static str] = &[#(#events),*];

            #[inline]
            fn decide(
                &self,
                command: #path,
                cx: &#krate::Context<Self>,
            ) -> #krate::Decision<Self> {
                #body
            }
        }
    }
}

/// A machine that did not compile handles whatever there is: which commands it would have handled
/// nobody can tell.
pub(super) fn handles_anything(names: &Names<'_>) -> TokenStream {
    let Names { krate, owner, .. } = names;
    let stub = stub();
    quote! {
        impl<C> #krate::Handles<C> for #owner {
            const EVENTS: &'static [&'static str] = &[];

            fn decide(&self, _: C, _: &#krate::Context<Self>) -> #krate::Decision<Self>
            where
                Self: #krate::Aggregate,
            {
                #stub
            }
        }
    }
}

/// `match cx.state() { Draft => …self.place(command)…, … }`.
fn decide(names: &Names<'_>, model: &Model<'_>, decisions: &[&Decision]) -> TokenStream {
    let Names { krate, state, .. } = names;
    let mut by_method: Vec<(&Decision, Vec<usize>)> = Vec::new();
    for decision in decisions {
        let same =
            |other: &Decision| (other.method, other.output) == (decision.method, decision.output);
        match by_method.iter_mut().find(|(other, _)| same(other)) {
            Some((_, states)) => states.push(decision.state),
            None => by_method.push((decision, vec![decision.state])),
        }
    }
    let arms = by_method.iter().map(|(decision, states)| {
        let states = states.iter().map(|&state| &model.states[state].ident);
        let call = call(names, model, decision);
        quote!(#(#state::#states)|* => { #call })
    });
    let not_now = quote!(#krate::Err(#krate::Rejection::NotNow));
    let rest = (decisions.len() < model.states.len()).then(|| quote!(_ => #not_now,));
    quote! {
        match cx.state() {
            #(#arms)*
            #rest
        }
    }
}

fn call(names: &Names<'_>, model: &Model<'_>, decision: &Decision) -> TokenStream {
    let method = &model.methods[decision.method];
    let Names { krate, event, .. } = names;
    let ident = method.ident;
    // What else is asked for than the context, rustc then says where it is asked for.
    let context = method.context.map(|ty| {
        let span = proc_macro2::Span::call_site().located_at(ty.span());
        quote_spanned!(span=> cx)
    });
    let call = quote!(self.#ident(command, #context));
    let answer = match &method.answer.fallible {
        Some(ty) => {
            let refusal = quote!(<Self as #krate::Machine>::Refusal);
            let refused = quote!(<#ty as #krate::RefusesWith<Self, #refusal>>::refused);
            // A closure: of the bare function rustc would ask twice.
            quote!(#krate::Result::map_err(#call, |refusal| #refused(refusal))?)
        }
        None => call,
    };
    let variants = variants(&model.events);
    let of: Vec<_> = method.events.iter().map(|&index| &variants[index]).collect();
    let events = quote!(#krate::Events);
    let answer = match &method.answer.shape {
        Shape::One(_) => {
            let variant = of[0];
            quote!(#events::One(#event::#variant(#answer)))
        }
        Shape::Optional(_) => {
            let variant = of[0];
            quote!(#events::from_option(#answer, #event::#variant))
        }
        Shape::Many(_) => {
            let variant = of[0];
            quote!(#events::from_vec(#answer, #event::#variant))
        }
        Shape::Sequence(_) => {
            let parts: Vec<_> = (0..of.len()).map(|i| format_ident!("event_{i}")).collect();
            quote! {{
                let (#(#parts,)*) = #answer;
                #events::Many(::std::vec![#(#event::#of(#parts)),*])
            }}
        }
        Shape::Alternatives(_) => {
            let cases = ["First", "Second", "Third", "Fourth"].map(|case| format_ident!("{case}"));
            let arms = cases.iter().enumerate().map(|(i, case)| match of.get(i) {
                Some(variant) => {
                    quote!(#krate::OneOf::#case(event) => #event::#variant(event),)
                }
                None => quote!(#krate::OneOf::#case(never) => match never {},),
            });
            quote!(#events::One(match #answer { #(#arms)* }))
        }
        Shape::Guard => {
            let output = decision.output.map(|output| &model.outputs[output]);
            let made = output.map(|output| {
                let (variant, method) = (&variants[output.event], output.ident);
                quote!(#event::#variant(self.#method()))
            });
            // The guard comes first; what it answers with is nothing.
            return quote! {
                let () = #answer;
                #krate::Ok(#events::One(#made))
            };
        }
    };
    quote!(#krate::Ok(#answer))
}
