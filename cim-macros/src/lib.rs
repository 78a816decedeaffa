//! The attribute macros of CIM. Use them through `cim_runtime::prelude`; the compiler behind them
//! is `cim-macros-core`.

use proc_macro::TokenStream;

/// An aggregate: a consistency boundary with an id, a stream of events, and a machine.
///
/// On a struct that has `Default`. Keys: `domain = "shop"` and `id = OrderId` must be there;
/// `name = "order"` is the type's name in snake case unless given.
#[proc_macro_attribute]
pub fn aggregate(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::aggregate(args.into(), item.into()).into()
}

/// A request to change an aggregate, named in the imperative: `#[command(Order)]` on a struct.
///
/// Derives `Clone` and `Debug`.
#[proc_macro_attribute]
pub fn command(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::command(args.into(), item.into()).into()
}

/// A fact about an aggregate, named in the past tense: `#[event(Order)]` on a struct.
///
/// Keys: `version = 2` with `upcast = v1::OrderPlaced`, the type of the version before, from which
/// there is a `From`; `unread`, if only readers of the log need the data; `name = "OrderPlaced"`, if
/// it is stored under another name than its own. On a field, `#[stored(name = "lines")]` says the
/// same of its name. Derives `Clone`, `Debug` and `PartialEq`.
///
/// An event that has a line in the crate's `cim.lock` must be what the line says.
#[proc_macro_attribute]
pub fn event(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::event(args.into(), item.into()).into()
}

/// A struct or an enum that stands inside commands, events and refusals.
///
/// `#[stored(name = "lines")]` on a field or a variant keeps the name under which it is stored.
/// Derives `Clone`, `Debug` and `PartialEq`.
#[proc_macro_attribute]
pub fn value(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::value(args.into(), item.into()).into()
}

/// An id: a tuple struct around one `String`, `Uuid` or whole number.
///
/// Brings `Clone`, `Debug`, `Display`, `FromStr`, comparison, hashing and the encoding.
#[proc_macro_derive(DomainId, attributes(domain_id))]
pub fn domain_id(item: TokenStream) -> TokenStream {
    cim_macros_core::domain_id(item.into()).into()
}

/// What `#[value]`, `#[event]` and `#[command]` derive with where a field has a type of the author's.
#[doc(hidden)]
#[proc_macro_derive(PartsClone, attributes(parts))]
pub fn parts_clone(item: TokenStream) -> TokenStream {
    cim_macros_core::parts_clone(item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(PartsDebug, attributes(parts))]
pub fn parts_debug(item: TokenStream) -> TokenStream {
    cim_macros_core::parts_debug(item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(PartsPartialEq, attributes(parts))]
pub fn parts_partial_eq(item: TokenStream) -> TokenStream {
    cim_macros_core::parts_partial_eq(item.into()).into()
}

/// An aggregate's lifecycle, on its `impl`: the states stand in the header, the transitions at the
/// methods.
///
/// `#[state_machine(initial Draft, Placed, terminal Cancelled)] impl Order { … }`
///
/// `moore` before the states makes it a Moore machine, whose events are the `#[output]`s of states.
#[proc_macro_attribute]
pub fn state_machine(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::state_machine(args.into(), item.into()).into()
}

/// A decision inside a `#[state_machine]`: in which states the method's command is taken, and where
/// its events lead.
///
/// `A -> B`; `A | B -> C`; `A` stays; `* -> C` from every other state; `A -> A on E, B on F` where
/// the method answers with several events.
#[proc_macro_attribute]
pub fn transition(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::transition(args.into(), item.into()).into()
}

/// The event of a Moore machine's state: `#[output(Placed)] fn (&self) -> OrderPlaced`.
///
/// In `#[state_machine(moore, …)]`, entering a state is one event: a function of the state and of
/// the data before it. Transitions return nothing or `Result<(), Refused>`.
#[proc_macro_attribute]
pub fn output(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::output(args.into(), item.into()).into()
}

/// Folds an event's data, inside a `#[state_machine]`: `fn (&mut self, event: &E)`.
///
/// `#[apply(A -> B)]` also says where an event leads that is no longer emitted.
#[proc_macro_attribute]
pub fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::apply(args.into(), item.into()).into()
}

/// A domain, wired: `#[system(aggregates(Order, Item))] pub struct Shop;`, then `Shop::open(…)`.
#[proc_macro_attribute]
pub fn system(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::system(args.into(), item.into()).into()
}
