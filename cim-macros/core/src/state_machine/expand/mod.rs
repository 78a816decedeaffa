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
//!     impl Emits<OrderPlaced> for Order { … }       one for each event
//!     impl CommandSet for OrderCommand { … }
//!     impl Handles<PlaceOrder> for Order { … }      one for each command
//!     impl Machine for Order { MACHINE, decide, next, apply }
//!     impl InOneAggregate for Skills { … }                  one for each region
//! };
//! ```
//!
//! What only rustc can know is asked with the user's own tokens, so that the answer "no" is shown at
//! them.

mod decide;
mod document;
mod enums;
mod machine;
mod regions;
mod sets;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};

use super::model::{Model, Named, State};
use super::syntax::Syntax;
use crate::scope;

/// What the enums beside a machine are called, behind the name of its owner.
pub(super) const GENERATED: [&str; 3] = ["State", "Event", "Command"];

/// Writes the machine. An unsound one gets the same items with empty bodies: what relies on them
/// still compiles, and the mistake is reported once. An enum whose name is taken stands inside, where
/// it is nobody else's.
pub(super) fn expand(
    syntax: &Syntax,
    model: &Model<'_>,
    taken: &[syn::Ident],
    sound: bool,
) -> TokenStream {
    let names = Names::new(syntax);
    let item = &syntax.item;
    let document = sound.then(|| document::document(model));
    let document = document.map(|text| quote!(#[doc = #text]));
    let (mut enums, mut impls) = (TokenStream::new(), TokenStream::new());
    for (name, written) in enums::enums(&names, model) {
        match taken.contains(name) {
            true => impls.extend(written),
            false => enums.extend(written),
        }
    }
    impls.extend(machine::machine_state(&names, model));
    impls.extend(machine::states_with_outputs(&names, model).filter(|_| sound));
    impls.extend(names_in_attributes(&names, model).filter(|_| !sound));
    impls.extend(sets::event_set(&names, model, sound));
    impls.extend(sets::command_set(&names, model, sound));
    impls.extend(machine::machine(&names, model, sound));
    impls.extend(regions::within(&names, model, sound));
    let impls = scope::block(&syntax.krate, &impls);
    quote! {
        #document
        #item
        #enums
        #impls
    }
}

/// Writes a second machine for one type: its methods, and what others rely on of its commands and
/// events, unless the first has them as well.
pub(super) fn second(syntax: &Syntax, model: &Model<'_>, first: &[String]) -> TokenStream {
    let Names { krate, owner, .. } = Names::new(syntax);
    let item = &syntax.item;
    let new = |named: &[Named]| -> Vec<syn::Path> {
        let new = named.iter().filter(|named| !first.contains(&named.name));
        new.map(|named| named.path.clone()).collect()
    };
    let (commands, events) = (new(&model.commands), new(&model.events));
    let stub = stub();
    let impls = quote! {
        #(
            impl #krate::Handles<#commands> for #owner {
                const COMMAND: fn(#commands) -> Self::Command = |_| #stub;
            }
        )*
        #(
            impl #krate::Emits<#events> for #owner {
                const EVENT: fn(#events) -> Self::Event = |_| #stub;
            }
        )*
    };
    let impls = scope::block(&syntax.krate, &impls);
    quote!(#item #impls)
}

/// The names in the attributes of a machine that is not sound, where nothing else is written of
/// them: an editor finds their declarations from there, whatever else is wrong.
fn names_in_attributes(names: &Names<'_>, model: &Model<'_>) -> Option<TokenStream> {
    let Names { state, event, .. } = names;
    let known = distinct_states(model);
    let mut states = Vec::new();
    let mut add = |place: &TokenStream, index: usize| {
        // What stands for it, a `*` or another event's target, is no name.
        if let Ok(ident) = syn::parse2::<syn::Ident>(place.clone())
            && crate::names::plain(&ident) == model.states[index].name
            && known.iter().any(|&known| model.states[known].name == model.states[index].name)
        {
            states.push(ident);
        }
    };
    for row in &model.rows {
        add(&row.source, row.from);
        add(&row.place, row.to);
    }
    for decision in &model.decisions {
        add(&decision.place, decision.state);
    }
    for output in &model.outputs {
        add(&output.place.to_token_stream(), output.state);
    }
    for region in &model.regions {
        for (written, &index) in region.written.iter().zip(&region.open_in) {
            add(&written.to_token_stream(), index);
        }
    }
    let events: Vec<_> = model.rows.iter().filter_map(|row| row.on.as_ref()).collect();
    let states =
        (!states.is_empty()).then(|| quote!(const _: &[#state] = &[#(#state::#states),*];));
    let events =
        (!events.is_empty()).then(|| quote!(const _: () = { #(let _ = #event::#events;)* };));
    (states.is_some() || events.is_some()).then(|| quote!(#states #events))
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

/// The declared states, each once.
fn distinct_states(model: &Model<'_>) -> Vec<usize> {
    let first = |index: &usize| {
        let name = &model.states[*index].name;
        !model.states[..*index].iter().any(|state| state.name == *name)
            && syn::parse_str::<syn::Ident>(&model.states[*index].ident.to_string()).is_ok()
    };
    (0..model.states.len()).filter(first).collect()
}

/// A state's name where it is written in an attribute, so that an editor finds its declaration from
/// there; its declaration's own, if a `*` or another event's target stands for it.
fn written(place: &TokenStream, state: &State) -> syn::Ident {
    match syn::parse2::<syn::Ident>(place.clone()) {
        Ok(written) if crate::names::plain(&written) == state.name => written,
        _ => state.ident.clone(),
    }
}

/// The variants that hold these events or commands.
fn variants(named: &[Named]) -> Vec<syn::Ident> {
    let last = |named: &Named| named.path.segments.last().map(|last| last.ident.clone());
    named.iter().filter_map(last).collect()
}

fn stub() -> TokenStream {
    quote!(::core::unreachable!("did not compile"))
}
