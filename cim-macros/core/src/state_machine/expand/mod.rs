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
use quote::{format_ident, quote};

use super::model::{Model, Named, State};
use super::syntax::Syntax;
use crate::scope;

/// Writes the machine. An unsound one gets the same items with empty bodies: what relies on them
/// still compiles, and the mistake is reported once.
pub(super) fn expand(syntax: &Syntax, model: &Model<'_>, sound: bool) -> TokenStream {
    let names = Names::new(syntax);
    let item = &syntax.item;
    let document = sound.then(|| document::document(model));
    let document = document.map(|text| quote!(#[doc = #text]));
    let enums = enums::enums(&names, model);
    let state = machine::machine_state(&names, model);
    let outputs = machine::states_with_outputs(&names, model).filter(|_| sound);
    let event = sets::event_set(&names, model, sound);
    let command = sets::command_set(&names, model, sound);
    let machine = machine::machine(&names, model, sound);
    let regions = regions::within(&names, model, sound);
    let impls =
        scope::block(&syntax.krate, &quote!(#state #outputs #event #command #machine #regions));
    quote! {
        #document
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
