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
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::answer::Shape;
use super::model::{Decision, Model};
use super::syntax::Syntax;
use crate::names;
use crate::scope;

/// Writes the machine. An unsound one gets the same items with empty bodies: what relies on them
/// still compiles, and the mistake is reported once.
pub(super) fn expand(syntax: &Syntax, model: &Model<'_>, sound: bool) -> TokenStream {
    let names = Names::new(syntax);
    let item = &syntax.item;
    let enums = enums(&names, model);
    let state = machine_state(&names, model);
    let event = event_set(&names, model, sound);
    let command = command_set(&names, model, sound);
    let machine = machine(&names, model, sound);
    let rest = match sound {
        true => {
            let handles = (0..model.commands.len()).map(|command| handles(&names, model, command));
            let questions = questions(&names, model);
            quote!(#(#handles)* #questions)
        }
        false => handles_anything(&names),
    };
    let impls = scope::block(&syntax.krate, &quote!(#state #event #command #machine #rest));
    quote! {
        #item
        #enums
        #impls
    }
}

/// The names that are written again and again.
struct Names<'a> {
    krate: syn::Path,
    owner: &'a syn::Path,
    /// The owner's last name.
    ident: &'a syn::Ident,
    state: syn::Ident,
    event: syn::Ident,
    command: syn::Ident,
}

impl<'a> Names<'a> {
    fn new(syntax: &'a Syntax) -> Self {
        let ident = syntax.owner_ident();
        Self {
            krate: scope::code(),
            owner: &syntax.owner,
            ident,
            state: format_ident!("{ident}State"),
            event: format_ident!("{ident}Event"),
            command: format_ident!("{ident}Command"),
        }
    }
}

fn enums(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { ident: owner, state, event, command, .. } = names;
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
        #[allow(dead_code, non_camel_case_types, private_interfaces, unreachable_pub)]
        pub enum #event {
            #(#[doc = #event_docs] #events(#event_paths),)*
        }
        #[doc = #commands_doc]
        #[allow(dead_code, non_camel_case_types, private_interfaces, unreachable_pub)]
        pub enum #command {
            #(#[doc = #command_docs] #commands(#command_paths),)*
        }
    }
}

fn machine_state(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, owner, state, .. } = names;
    let states = distinct_states(model);
    let idents: Vec<_> = states.iter().map(|&index| &model.states[index].ident).collect();
    let texts = states.iter().map(|&index| &model.states[index].name);
    let initial = states.iter().find(|&&index| model.states[index].initial).or(states.first());
    let initial = match initial {
        Some(&initial) => {
            let initial = &model.states[initial].ident;
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
        impl #krate::MachineState for #state {
            const ALL: &'static [Self] = &[#(Self::#idents),*];
            const INITIAL: Self = #initial;
            const MACHINE: &'static #krate::MachineTable = <#owner as #krate::Machine>::MACHINE;
            fn name(self) -> &'static str {
                #name
            }
        }
    }
}

/// The events as one type. Of each of them everything is asked through `EventOf<Order>`, at the
/// user's own name for it.
fn event_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, event, .. } = names;
    let variants = variants(&model.events);
    let paths: Vec<_> = model.events.iter().map(|named| &named.path).collect();
    let of: Vec<_> = paths.iter().map(|path| quote!(<#path as #krate::EventOf<#owner>>)).collect();
    let (kind, encode, clone, eq, debug) = match sound && !variants.is_empty() {
        true => (
            quote!(match self { #(Self::#variants(_) => #of::KIND,)* }),
            quote!(match self { #(Self::#variants(event) => #of::encode_event(event, to),)* }),
            quote!(match self { #(Self::#variants(event) => Self::#variants(#of::clone_event(event)),)* }),
            {
                let different = (variants.len() > 1).then(|| quote!(_ => false,));
                quote! {
                    match (self, other) {
                        #((Self::#variants(a), Self::#variants(b)) => #of::is_same_event(a, b),)*
                        #different
                    }
                }
            },
            quote!(match self { #(Self::#variants(event) => #of::debug_event(event, f),)* }),
        ),
        false => {
            let stub = stub();
            let with = |unused: TokenStream| quote!({ let _ = #unused; #stub });
            (stub.clone(), with(quote!(to)), stub.clone(), with(quote!(other)), with(quote!(f)))
        }
    };
    let decode = match sound {
        true => quote! {
            let event = #krate::None;
            #(let event = event.or_else(|| #of::decode_event(name, schema, from, Self::#variants));)*
            event
        },
        false => quote!(let _ = (name, schema, from); #krate::None),
    };
    let from = match sound {
        true => quote! {
            #(
                #[automatically_derived]
                impl #krate::From<#paths> for #event {
                    fn from(event: #paths) -> Self {
                        Self::#variants(event)
                    }
                }
            )*
        },
        false => {
            let stub = stub();
            quote! {
                impl<E: #krate::Event> #krate::From<E> for #event {
                    fn from(_: E) -> Self { #stub }
                }
            }
        }
    };
    quote! {
        #[automatically_derived]
        impl #krate::EventSet for #event {
            fn kind(&self) -> #krate::EventKind {
                #kind
            }
            fn encode(&self, to: &mut #krate::Encoder) {
                #encode
            }
            fn decode(
                name: &str,
                schema: u32,
                from: &mut #krate::Decoder<'_>,
            ) -> #krate::Option<#krate::Result<Self, #krate::DecodeError>> {
                #decode
            }
        }
        #[automatically_derived]
        impl #krate::Clone for #event {
            fn clone(&self) -> Self {
                #clone
            }
        }
        #[automatically_derived]
        impl #krate::PartialEq for #event {
            fn eq(&self, other: &Self) -> bool {
                #eq
            }
        }
        #[automatically_derived]
        impl #krate::Debug for #event {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                #debug
            }
        }
        #from
    }
}

/// The commands as one type.
fn command_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, command, .. } = names;
    let variants = variants(&model.commands);
    let paths: Vec<_> = model.commands.iter().map(|named| &named.path).collect();
    let of: Vec<_> =
        paths.iter().map(|path| quote!(<#path as #krate::CommandOf<#owner>>)).collect();
    let stub = stub();
    let (clone, debug) = match sound && !variants.is_empty() {
        true => (
            quote!(match self { #(Self::#variants(command) => Self::#variants(#of::clone_command(command)),)* }),
            quote!(match self { #(Self::#variants(command) => #of::debug_command(command, f),)* }),
        ),
        false => (stub.clone(), quote!({ let _ = f; #stub })),
    };
    let from = match sound {
        true => quote! {
            #(
                #[automatically_derived]
                impl #krate::From<#paths> for #command {
                    fn from(command: #paths) -> Self {
                        Self::#variants(command)
                    }
                }
            )*
        },
        false => quote! {
            impl<C: #krate::Command> #krate::From<C> for #command {
                fn from(_: C) -> Self { #stub }
            }
        },
    };
    quote! {
        #[automatically_derived]
        impl #krate::Clone for #command {
            fn clone(&self) -> Self {
                #clone
            }
        }
        #[automatically_derived]
        impl #krate::Debug for #command {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                #debug
            }
        }
        #from
    }
}

fn machine(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, ident, state, event, .. } = names;
    let name = names::plain(ident);
    let refusal = refusal(krate, model, sound);
    let table = table(krate, model, &name);
    let (next, apply) = match sound && !model.events.is_empty() {
        true => (next(names, model), apply(names, model)),
        false => (quote!(let _ = (state, event); #krate::None), quote!(let _ = event;)),
    };
    quote! {
        #[automatically_derived]
        impl #krate::Machine for #owner {
            type State = #state;
            type Event = #event;
            type Refusal = #refusal;
            const MACHINE: &'static #krate::MachineTable = &#table;

            #[inline]
            fn next(state: #state, event: &#event) -> #krate::Option<#state> {
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

fn table(krate: &syn::Path, model: &Model<'_>, name: &str) -> TokenStream {
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
    let transitions = model.rows.iter().map(|row| {
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
            None => quote!(#krate::TransitionRow::without_command(#from, #event, #to)),
        }
    });
    quote! {
        #krate::MachineTable {
            name: #name,
            states: &[#(#states),*],
            transitions: &[#(#transitions),*],
        }
    }
}

/// `match (state, event) { (Draft, OrderPlaced(_)) => Some(Placed), … }`, grouped by target.
fn next(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, state, event, .. } = names;
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
            (#(#state::#sources)|*, #event::#variant(_)) => #krate::Some(#state::#to),
        }
    });
    let all = rows.len() == model.states.len() * model.events.len();
    let rest = (!all).then(|| quote!(_ => #krate::None,));
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

fn handles(names: &Names<'_>, model: &Model<'_>, command: usize) -> TokenStream {
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
fn handles_anything(names: &Names<'_>) -> TokenStream {
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

/// What only rustc can know, asked with the user's own tokens: the answer "no" is shown at them.
fn questions(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, owner, .. } = names;
    let unread = model.events.iter().enumerate().filter_map(|(index, event)| {
        let folded = model.folds.iter().any(|fold| fold.event == index);
        let path = &event.path;
        // Of a type that is no event of the machine, this is no question.
        let this = quote_spanned!(path.span()=> <#path as #krate::EventOf<#owner>>::This);
        (!folded).then(
            || quote_spanned!(path.span()=> const _: () = <#this as #krate::Unread<#owner>>::OK;),
        )
    });
    let written = model.events.iter().map(|event| {
        let path = &event.path;
        quote_spanned!(path.span()=> impl #krate::EmittedOrSuperseded<#owner> for #path {})
    });
    quote! {
        #(#unread)*
        #(#written)*
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
