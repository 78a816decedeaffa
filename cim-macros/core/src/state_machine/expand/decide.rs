//! Which method decides a command in which state, and what becomes of its answer.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::super::answer::{Answer, Shape};
use super::super::model::{Decision, Model};
use super::{Names, variants, written};

/// `match (cx.state(), command) { (Draft, PlaceOrder(command)) => …self.place(command)…, … }`.
pub(super) fn decide(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, state, command, .. } = names;
    let mut groups: Vec<(&Decision, Vec<syn::Ident>)> = Vec::new();
    for decision in &model.decisions {
        let source = written(&decision.place, &model.states[decision.state]);
        let same =
            |other: &Decision| (other.method, other.output) == (decision.method, decision.output);
        match groups.iter_mut().find(|(other, _)| same(other)) {
            Some((_, sources)) => sources.push(source),
            None => groups.push((decision, vec![source])),
        }
    }
    let variants = variants(&model.commands);
    let arms = groups.iter().map(|(decision, sources)| {
        let variant = &variants[model.methods[decision.method].command];
        let call = call(names, model, decision);
        quote!((#(#state::#sources)|*, #command::#variant(command)) => { #call })
    });
    let all = model.decisions.len() == model.states.len() * model.commands.len();
    let rest = (!all).then(|| quote!(_ => #krate::Err(#krate::Rejection::NotNow),));
    quote! {
        match (cx.state(), command) {
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
    let answer = accepted(names, model, &method.answer, &call);
    let variants = variants(&model.events);
    let of: Vec<_> = method.events.iter().map(|&index| &variants[index]).collect();
    let events = quote!(#krate::Events);
    let answer = match &method.answer.shape {
        Shape::One(_) => {
            let variant = of[0];
            if method.answer.fallible.is_some() && refuses_as_the_machine(model, &method.answer) {
                return quote!(#krate::one_unless_refused(#call, #event::#variant));
            }
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
            return quote! {
                let (#(#parts,)*) = #answer;
                #krate::Ok(#events::Many(::std::vec![#(#event::#of(#parts)),*]))
            };
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

/// What a method answers with unless it refuses.
fn accepted(
    names: &Names<'_>,
    model: &Model<'_>,
    answer: &Answer,
    call: &TokenStream,
) -> TokenStream {
    let Names { krate, .. } = names;
    let Some(ty) = &answer.fallible else { return call.clone() };
    if refuses_as_the_machine(model, answer) {
        return quote!(#call.map_err(#krate::Rejection::Refused)?);
    }
    // Another type than the first method's: rustc knows whether it is the same one.
    let refusal = quote!(<Self as #krate::Machine>::Refusal);
    let refused = quote!(<#ty as #krate::RefusesWith<Self, #refusal>>::refused);
    // A closure: of the bare function rustc would ask twice.
    quote!(#krate::Result::map_err(#call, |refusal| #refused(refusal))?)
}

/// Whether the refusal is written as that of the first method, which is the machine's.
fn refuses_as_the_machine(model: &Model<'_>, answer: &Answer) -> bool {
    let mut answers = model.methods.iter().map(|method| &method.answer);
    let Some(first) = answers.find(|answer| answer.fallible.is_some()) else { return false };
    match (&first.refusal, &answer.refusal) {
        (Some(first), Some(refusal)) => first == refusal,
        (None, None) => alias(first) == alias(answer),
        _ => false,
    }
}

/// `Result` as it is called where its refusal is not written: the path without its arguments.
fn alias(answer: &Answer) -> Option<String> {
    let Some(syn::Type::Path(path)) = &answer.fallible else { return None };
    let segments = path.path.segments.iter().map(|segment| segment.ident.to_string());
    Some(segments.collect::<Vec<_>>().join("::"))
}
