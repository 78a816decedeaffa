//! The machine: its states, its table, and how it evolves.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::super::model::{Model, Row};
use super::{Names, decide, distinct_states, regions, stub, variants, written};
use crate::{names, scope};

/// How many (state, command) pairs a machine may decide and still be inlined.
const SMALL: usize = 64;

pub(super) fn machine_state(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, owner, state, .. } = names;
    let states = distinct_states(model);
    let idents: Vec<_> = states.iter().map(|&index| &model.states[index].ident).collect();
    quote! {
        impl #krate::MachineState for #state {
            const ALL: &'static [Self] = &[#(Self::#idents),*];
            const MACHINE: &'static #krate::MachineTable = <#owner as #krate::Machine>::MACHINE;
        }
    }
}

/// The states of a Moore machine's outputs, each as its attribute writes it: an editor finds the
/// declaration from there.
pub(super) fn states_with_outputs(names: &Names<'_>, model: &Model<'_>) -> Option<TokenStream> {
    let Names { state, .. } = names;
    let states = model.outputs.iter().map(|output| {
        let place = output.place.to_token_stream();
        written(&place, &model.states[output.state])
    });
    let states = quote!(const _: &[#state] = &[#(#state::#states),*];);
    (!model.outputs.is_empty()).then_some(states)
}

pub(super) fn machine(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, ident, state, event, command, .. } = names;
    let name = names::plain(ident);
    let refusal = refusal(krate, model, sound);
    let table = table(krate, model, &name, sound);
    let regions = regions::rows(names, model).filter(|_| sound);
    let shown = regions::shown(names, model).filter(|_| sound);
    let standing = regions::standing(names, model);
    let is_empty = model.events.is_empty() && model.regions.is_empty();
    let (parts, next, apply) = match sound && !is_empty {
        true => (regions::parts(model), next(names, model), apply(names, model)),
        false => {
            (quote!(state), quote!(let _ = (state, event); #krate::None), quote!(let _ = event;))
        }
    };
    // Asked of the owner once, in the constant, and taken for granted in what follows from it.
    let code = scope::code_at(ident.span());
    let is_part = quote_spanned!(ident.span()=> #code::in_one_aggregate::<#owner>());
    // For a command that is known all but its own arm fold away. To try that on a large machine, for
    // each of its commands, would take the compiler long.
    let inline = match model.decisions.len() <= SMALL {
        true => quote!(#[inline(always)]),
        false => quote!(#[inline]),
    };
    let decide = match sound && !model.commands.is_empty() {
        true => decide::decide(names, model),
        false => {
            let stub = stub();
            quote!(let _ = (command, cx); #stub)
        }
    };
    quote! {
        type CimOwner = #krate::Of<#owner, { #krate::Has::<#owner>::MACHINE.acts() }>;
        impl #krate::Machine for #owner {
            type State = #state;
            type Standing = #standing;
            type Event = #event;
            type Command = #command;
            type Refusal = #refusal;
            const MACHINE: &'static #krate::MachineTable = &#table #regions;
            const IN_ONE_AGGREGATE: bool = #is_part;

            #inline
            fn decide(
                &self,
                command: #command,
                cx: &#krate::Context<CimOwner>,
            ) -> #krate::Decision<Self>
            where
                CimOwner: #krate::InOneAggregate,
            {
                #decide
            }

            #[inline]
            fn next(#parts: #standing, event: &#event) -> #krate::Option<#standing> {
                #next
            }

            #[inline]
            fn apply(&mut self, event: &#event) {
                #apply
            }
            #shown
        }
    }
}

/// The refusal of the first method that has one; rustc compares the others with it.
fn refusal(krate: &syn::Path, model: &Model<'_>, sound: bool) -> TokenStream {
    let mut answers = model.methods.iter().map(|method| &method.answer);
    let first = answers.find_map(|answer| Some((answer.fallible.as_ref()?, &answer.refusal)));
    match first {
        Some((_, Some(refusal))) if sound => refusal.to_token_stream(),
        Some((ty, _)) if sound => {
            let span = ty.span();
            quote_spanned!(span=> <#ty as #krate::Fallible>::Refusal)
        }
        _ => quote!(#krate::Never),
    }
}

/// An unsound machine has no transitions: whoever compares them with others' would find a second mistake.
fn table(krate: &syn::Path, model: &Model<'_>, name: &str, sound: bool) -> TokenStream {
    let states = distinct_states(model).into_iter().map(|index| {
        let state = &model.states[index];
        let name = &state.name;
        let doc = first_line(&model.syntax.states[index].attrs);
        let takes = model.decisions.iter().filter(|decision| decision.state == index);
        let takes = takes.map(|taken| &model.commands[model.methods[taken.method].command].name);
        let initial = state.initial.then(|| quote!(.initial()));
        let terminal = state.terminal.then(|| quote!(.terminal()));
        quote!(#krate::StateRow::new(#name, #doc, &[#(#takes),*]) #initial #terminal)
    });
    let transitions = model.rows.iter().filter(|_| sound).map(|row| {
        let (from, event) = (&model.states[row.from].name, &model.events[row.event].name);
        let to = &model.states[row.to].name;
        let command = |method: usize| &model.commands[model.methods[method].command].name;
        // What follows in a commit, no command brings about from where it starts.
        match row.method.filter(|_| !row.follows).map(command) {
            Some(command) => {
                let ends = &model.states[row.ends].name;
                let ends = (row.ends != row.to).then(|| quote!(.ending(#ends)));
                quote!(#krate::TransitionRow::decided(#from, #command, #event, #to) #ends)
            }
            None if row.follows => quote!(#krate::TransitionRow::following(#from, #event, #to)),
            None => quote!(#krate::TransitionRow::replayed(#from, #event, #to)),
        }
    });
    quote!(#krate::MachineTable::new(#name, &[#(#states),*], &[#(#transitions),*]))
}

/// `match (state, event) { (Draft, OrderPlaced(_)) => Some(Placed), … }`, grouped by target.
fn next(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, state, event, .. } = names;
    let variants = variants(&model.events);
    let parts = regions::parts(model);
    let mut groups: Vec<(&Row, Vec<syn::Ident>)> = Vec::new();
    let rows = model.distinct_rows();
    for row in &rows {
        let source = written(&row.source, &model.states[row.from]);
        // One arm for each arrow, so that all that stands in it comes out again.
        let same =
            |other: &Row| (other.event, other.to, other.arrow) == (row.event, row.to, row.arrow);
        match groups.iter_mut().find(|(other, _)| same(other)) {
            Some((_, sources)) => sources.push(source),
            None => groups.push((row, vec![source])),
        }
    }
    let arms = groups.iter().map(|(row, sources)| {
        let variant = row.on.as_ref().unwrap_or(&variants[row.event]);
        let to = written(&row.place, &model.states[row.to]);
        let to = match model.regions.is_empty() {
            true => quote!(#krate::Some(#state::#to),),
            false => quote!({ let state = #state::#to; #krate::Some(#parts) }),
        };
        quote!((#(#state::#sources)|*, #event::#variant(_)) => #to)
    });
    let regions = regions::next_arms(names, model);
    let all = rows.len() == model.states.len() * model.events.len();
    let rest = (!all).then(|| quote!(_ => #krate::None,));
    quote! {
        match (state, event) {
            #(#arms)*
            #regions
            #rest
        }
    }
}

fn apply(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { event, .. } = names;
    let variants = variants(&model.events);
    let arms = model.folds.iter().map(|fold| {
        let (variant, method) = (&variants[fold.event], fold.ident);
        quote!(#event::#variant(event) => self.#method(event),)
    });
    let regions = regions::apply_arms(names, model);
    let rest = (model.folds.len() < model.events.len()).then(|| quote!(_ => {}));
    quote! {
        match event {
            #(#arms)*
            #regions
            #rest
        }
    }
}

fn first_line(attrs: &[syn::Attribute]) -> String {
    let doc = attrs.iter().find_map(|attr| match &attr.meta {
        syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    doc.unwrap_or_default().trim().to_owned()
}
