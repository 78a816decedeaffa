//! What the macro writes: three enums, and impls that state facts and call the user's methods.
//!
//! ```text
//! impl Order { … }                       the user's, without our attributes
//! pub enum OrderState { Draft, … }
//! pub enum OrderEvent { OrderPlaced(OrderPlaced), … }
//! pub enum OrderCommand { PlaceOrder(PlaceOrder), … }
//! const _: () = {
//!     impl MachineState for OrderState { … }
//!     impl EventSet for OrderEvent { … }
//!     impl Machine for Order { MACHINE, next, apply }
//!     impl Handles<PlaceOrder> for Order { decide }     one for each command
//!     …and questions to rustc, at the user's tokens
//! };
//! ```

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::answer::Shape;
use super::model::{Decision, Method, Model};
use super::syntax::Syntax;
use crate::names;

/// Writes the machine. An unsound one gets the same items with empty bodies: what relies on them
/// still compiles, and the mistake is reported once.
pub(super) fn expand(syntax: &Syntax, model: &Model<'_>, sound: bool) -> TokenStream {
    let names = Names::new(syntax);
    let item = &syntax.item;
    let enums = enums(&names, model);
    let state = machine_state(&names, model);
    let event = event_set(&names, model, sound);
    let machine = machine(&names, model, sound);
    let handles = (0..model.commands.len()).map(|command| handles(&names, model, command, sound));
    let questions = sound.then(|| questions(&names, model));
    quote! {
        #item
        #enums
        const _: () = {
            #state
            #event
            #machine
            #(#handles)*
            #questions
        };
    }
}

/// The names that are written again and again.
struct Names<'a> {
    krate: &'a syn::Path,
    owner: &'a syn::Ident,
    state: syn::Ident,
    event: syn::Ident,
    command: syn::Ident,
}

impl<'a> Names<'a> {
    fn new(syntax: &'a Syntax) -> Self {
        let owner = &syntax.owner;
        Self {
            krate: &syntax.krate,
            owner,
            state: format_ident!("{owner}State"),
            event: format_ident!("{owner}Event"),
            command: format_ident!("{owner}Command"),
        }
    }
}

fn enums(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { owner, state, event, command, .. } = names;
    let states = distinct_states(model);
    let state_docs = states.iter().map(|&index| {
        let attrs = &model.syntax.states[index].attrs;
        let name = &model.states[index].name;
        match attrs.is_empty() {
            true => {
                let doc = format!("The state `{name}`.");
                quote!(#[doc = #doc])
            }
            false => quote!(#(#attrs)*),
        }
    });
    let state_idents = states.iter().map(|&index| &model.states[index].ident);
    let events: Vec<_> = variants(&model.events);
    let event_paths = model.events.iter().map(|named| &named.path);
    let commands: Vec<_> = variants(&model.commands);
    let command_paths = model.commands.iter().map(|named| &named.path);
    let (states_doc, events_doc, commands_doc) = (
        format!("The states of [`{owner}`]."),
        format!("The events of [`{owner}`]."),
        format!("The commands of [`{owner}`]."),
    );
    let event_docs = model.events.iter().map(|event| format!("A [`{}`].", event.name));
    let command_docs = model.commands.iter().map(|command| format!("A [`{}`].", command.name));
    quote! {
        #[doc = #states_doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug,
            ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
        )]
        #[allow(dead_code, non_camel_case_types, unreachable_pub)]
        pub enum #state {
            #(#state_docs #state_idents,)*
        }
        #[doc = #events_doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
        #[allow(dead_code, non_camel_case_types, private_interfaces, unreachable_pub)]
        pub enum #event {
            #(#[doc = #event_docs] #events(#event_paths),)*
        }
        #[doc = #commands_doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code, non_camel_case_types, private_interfaces, unreachable_pub)]
        pub enum #command {
            #(#[doc = #command_docs] #commands(#command_paths),)*
        }
    }
}

fn machine_state(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, state, .. } = names;
    let states = distinct_states(model);
    let idents: Vec<_> = states.iter().map(|&index| &model.states[index].ident).collect();
    let texts = states.iter().map(|&index| &model.states[index].name);
    let initial = model.states.iter().find(|state| state.initial).or(model.states.first());
    let initial = match initial {
        Some(initial) => {
            let initial = &initial.ident;
            quote!(Self::#initial)
        }
        None => quote!(::core::panic!("did not compile")),
    };
    // A machine without states has an enum without variants, which a reference does not exhaust.
    let name = match idents.is_empty() {
        true => quote!(match self {}),
        false => quote!(match self { #(Self::#idents => #texts,)* }),
    };
    quote! {
        #[automatically_derived]
        impl #krate::machine::MachineState for #state {
            const ALL: &'static [Self] = &[#(Self::#idents),*];
            const INITIAL: Self = #initial;
            fn name(self) -> &'static str {
                #name
            }
        }
    }
}

fn event_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, event, .. } = names;
    let variants = variants(&model.events);
    let paths: Vec<_> = model.events.iter().map(|named| &named.path).collect();
    let (kind, encode) = match sound && !variants.is_empty() {
        true => (
            quote!(match self { #(Self::#variants(_) => #krate::event::EventKind::of::<#paths>(),)* }),
            quote!(match self { #(Self::#variants(event) => #krate::cbor::Value::encode(event, to),)* }),
        ),
        false => (stub(), quote!(let _ = to;)),
    };
    let decode = match sound {
        true => quote! {
            #(
                if name == <#paths as #krate::event::Event>::NAME {
                    let event = <#paths as #krate::event::Event>::decode_schema(schema, from);
                    return ::core::option::Option::Some(
                        ::core::result::Result::map(event, Self::#variants),
                    );
                }
            )*
            ::core::option::Option::None
        },
        false => quote!(let _ = (name, schema, from); ::core::option::Option::None),
    };
    quote! {
        #[automatically_derived]
        impl #krate::event::EventSet for #event {
            fn kind(&self) -> #krate::event::EventKind {
                #kind
            }
            fn encode(&self, to: &mut #krate::cbor::Encoder) {
                #encode
            }
            fn decode(
                name: &str,
                schema: u32,
                from: &mut #krate::cbor::Decoder<'_>,
            ) -> ::core::option::Option<::core::result::Result<Self, #krate::cbor::DecodeError>> {
                #decode
            }
        }
        #(
            #[automatically_derived]
            impl ::core::convert::From<#paths> for #event {
                fn from(event: #paths) -> Self {
                    Self::#variants(event)
                }
            }
        )*
    }
}

fn machine(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, state, event, .. } = names;
    let name = names::plain(owner);
    let refusal = refusal(krate, model);
    let table = table(krate, model, &name);
    let (next, apply) = match sound && !model.events.is_empty() {
        true => (next(names, model), apply(names, model)),
        false => {
            (quote!(let _ = (state, event); ::core::option::Option::None), quote!(let _ = event;))
        }
    };
    quote! {
        #[automatically_derived]
        impl #krate::machine::Machine for #owner {
            type State = #state;
            type Event = #event;
            type Refusal = #refusal;
            const MACHINE: &'static #krate::machine::MachineTable = &#table;

            #[inline]
            fn next(state: #state, event: &#event) -> ::core::option::Option<#state> {
                #next
            }

            #[inline]
            fn apply(&mut self, event: &#event) {
                #apply
            }
        }
    }
}

/// The refusal of the first method that has one; rustc compares the others with it.
fn refusal(krate: &syn::Path, model: &Model<'_>) -> TokenStream {
    let fallible = model.methods.iter().find_map(|method| method.answer.fallible.as_ref());
    match fallible {
        Some(ty) => quote!(<#ty as #krate::decision::Fallible>::Refusal),
        None => quote!(#krate::decision::Never),
    }
}

fn table(krate: &syn::Path, model: &Model<'_>, name: &str) -> TokenStream {
    let states = distinct_states(model).into_iter().map(|index| {
        let state = &model.states[index];
        let (name, initial, terminal) = (&state.name, state.initial, state.terminal);
        let doc = first_line(&model.syntax.states[index].attrs);
        let takes = model.decisions.iter().filter(|decision| decision.state == index);
        let takes = takes.map(|taken| &model.commands[model.methods[taken.method].command].name);
        quote! {
            #krate::machine::StateRow {
                name: #name,
                doc: #doc,
                initial: #initial,
                terminal: #terminal,
                takes: &[#(#takes),*],
            }
        }
    });
    let transitions = model.rows.iter().map(|row| {
        let command = match row.method {
            Some(method) => {
                let command = &model.commands[model.methods[method].command].name;
                quote!(::core::option::Option::Some(#command))
            }
            None => quote!(::core::option::Option::None),
        };
        let (from, event) = (&model.states[row.from].name, &model.events[row.event].name);
        let to = &model.states[row.to].name;
        quote!(#krate::machine::TransitionRow::new(#from, #command, #event, #to))
    });
    quote! {
        #krate::machine::MachineTable {
            name: #name,
            states: &[#(#states),*],
            transitions: &[#(#transitions),*],
        }
    }
}

/// `match (state, event) { (Draft, OrderPlaced(_)) => Some(Placed), … }`, grouped by target.
fn next(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { state, event, .. } = names;
    let variants = variants(&model.events);
    let mut groups: Vec<((usize, usize), Vec<usize>)> = Vec::new();
    let rows = model.distinct_rows();
    for row in &rows {
        match groups.iter_mut().find(|(key, _)| *key == (row.event, row.to)) {
            Some((_, sources)) => sources.push(row.from),
            None => groups.push(((row.event, row.to), vec![row.from])),
        }
    }
    let arms = groups.iter().map(|((event_index, to), sources)| {
        let sources = sources.iter().map(|&source| &model.states[source].ident);
        let (variant, to) = (&variants[*event_index], &model.states[*to].ident);
        quote! {
            (#(#state::#sources)|*, #event::#variant(_)) => ::core::option::Option::Some(#state::#to),
        }
    });
    let all = rows.len() == model.states.len() * model.events.len();
    let rest = (!all).then(|| quote!(_ => ::core::option::Option::None,));
    quote! {
        match (state, event) {
            #(#arms)*
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
    let rest = (model.folds.len() < model.events.len()).then(|| quote!(_ => {}));
    quote! {
        match event {
            #(#arms)*
            #rest
        }
    }
}

fn handles(names: &Names<'_>, model: &Model<'_>, command: usize, sound: bool) -> TokenStream {
    let Names { krate, owner, command: set, .. } = names;
    let path = &model.commands[command].path;
    let variant = &variants(&model.commands)[command];
    let decisions: Vec<_> = model
        .decisions
        .iter()
        .filter(|decision| model.methods[decision.method].command == command)
        .collect();
    let mut events: Vec<&str> = Vec::new();
    for decision in &decisions {
        for &index in &model.methods[decision.method].events {
            let name = model.events[index].name.as_str();
            if !events.contains(&name) {
                events.push(name);
            }
        }
    }
    let body = match sound {
        true => decide(names, model, &decisions),
        false => {
            let stub = stub();
            quote!(let _ = (command, cx); #stub)
        }
    };
    quote! {
        #[automatically_derived]
        impl #krate::machine::Handles<#path> for #owner {
            const EVENTS: &'static [&'static str] = &[#(#events),*];

            #[inline]
            fn decide(
                &self,
                command: #path,
                cx: &#krate::Context<Self>,
            ) -> #krate::decision::Decision<Self> {
                #body
            }
        }
        #[automatically_derived]
        impl #krate::machine::HandledBy<#owner> for #path {}
        #[automatically_derived]
        impl ::core::convert::From<#path> for #set {
            fn from(command: #path) -> Self {
                Self::#variant(command)
            }
        }
    }
}

/// `match cx.state() { Draft => …self.place(command)…, … }`.
fn decide(names: &Names<'_>, model: &Model<'_>, decisions: &[&Decision]) -> TokenStream {
    let Names { krate, state, .. } = names;
    let mut by_method: Vec<(usize, Vec<usize>)> = Vec::new();
    for decision in decisions {
        match by_method.iter_mut().find(|(method, _)| *method == decision.method) {
            Some((_, states)) => states.push(decision.state),
            None => by_method.push((decision.method, vec![decision.state])),
        }
    }
    let arms = by_method.iter().map(|(method, states)| {
        let states = states.iter().map(|&state| &model.states[state].ident);
        let call = call(names, model, &model.methods[*method]);
        quote!(#(#state::#states)|* => { #call })
    });
    let not_now = quote!(::core::result::Result::Err(#krate::decision::Rejection::NotNow));
    let rest = (decisions.len() < model.states.len()).then(|| quote!(_ => #not_now,));
    quote! {
        match cx.state() {
            #(#arms)*
            #rest
        }
    }
}

fn call(names: &Names<'_>, model: &Model<'_>, method: &Method<'_>) -> TokenStream {
    let Names { krate, event, .. } = names;
    let ident = method.ident;
    let call = match method.takes_context {
        true => quote!(self.#ident(command, cx)),
        false => quote!(self.#ident(command)),
    };
    let answer = match method.answer.fallible {
        Some(_) => quote! {
            match #call {
                ::core::result::Result::Ok(answer) => answer,
                ::core::result::Result::Err(refusal) => {
                    return ::core::result::Result::Err(#krate::decision::Rejection::Refused(refusal));
                }
            }
        },
        None => call,
    };
    let variants = variants(&model.events);
    let of: Vec<_> = method.events.iter().map(|&index| &variants[index]).collect();
    let events = quote!(#krate::decision::Events);
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
                let (#(#parts),*) = #answer;
                #events::Many(::std::vec![#(#event::#of(#parts)),*])
            }}
        }
        Shape::Alternatives(_) => {
            let cases = ["First", "Second", "Third", "Fourth"].map(|case| format_ident!("{case}"));
            let arms = cases.iter().enumerate().map(|(i, case)| match of.get(i) {
                Some(variant) => {
                    quote!(#krate::decision::OneOf::#case(event) => #event::#variant(event),)
                }
                None => quote!(#krate::decision::OneOf::#case(never) => match never {},),
            });
            quote!(#events::One(match #answer { #(#arms)* }))
        }
    };
    quote!(::core::result::Result::Ok(#answer))
}

/// What only rustc can know, asked with the user's own tokens: the answer "no" is shown at them.
fn questions(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, owner, .. } = names;
    let commands = model.commands.iter().map(|command| &command.path);
    let events = model.events.iter().map(|event| &event.path);
    let unread = model.events.iter().enumerate().filter_map(|(index, event)| {
        let folded = model.folds.iter().any(|fold| fold.event == index);
        (!folded).then_some(&event.path)
    });
    quote! {
        #(let _ = <#commands as #krate::machine::CommandOf<#owner>>::OK;)*
        #(let _ = <#events as #krate::event::EventOf<#owner>>::OK;)*
        #(let _ = <<#unread as #krate::event::Event>::Data as #krate::event::Unread<#unread, #owner>>::OK;)*
    }
}

/// The declared states, each once.
fn distinct_states(model: &Model<'_>) -> Vec<usize> {
    let first = |index: &usize| {
        let name = &model.states[*index].name;
        !model.states[..*index].iter().any(|state| state.name == *name)
            && syn::parse_str::<syn::Ident>(&model.states[*index].ident.to_string()).is_ok()
    };
    (0..model.states.len()).filter(first).collect()
}

/// The variants that hold these events or commands.
fn variants(named: &[super::model::Named]) -> Vec<syn::Ident> {
    let last =
        |named: &super::model::Named| named.path.segments.last().map(|last| last.ident.clone());
    named.iter().filter_map(last).collect()
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

fn stub() -> TokenStream {
    quote!(::core::unreachable!("did not compile"))
}
