//! The three enums: states, events and commands.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::{Model, Region};
use super::{Names, distinct_states, variants};

/// Each of the enums with its name.
pub(super) fn enums<'n>(
    names: &'n Names<'_>,
    model: &Model<'_>,
) -> [(&'n syn::Ident, TokenStream); 3] {
    let Names { owner: path, ident: owner, state, event, command, .. } = names;
    let states = distinct_states(model);
    let state_attrs = states.iter().map(|&index| {
        let attrs = &model.syntax.states[index].attrs;
        quote!(#(#attrs)*)
    });
    let state_idents = states.iter().map(|&index| &model.states[index].ident);
    let events: Vec<_> = variants(&model.events);
    let event_paths = model.events.iter().map(|named| &named.path);
    let real = &model.syntax.krate;
    // Of two variants with one name, which is reported, rustc would speak too.
    let is_new = |region: &&Region<'_>| events.iter().all(|event| event != region.variant);
    let regions =
        model.regions.iter().filter(is_new).map(
            |Region { variant, ty, .. }| quote!(#variant(#real::code::RegionEvent<#ty, #path>)),
        );
    let commands: Vec<_> = variants(&model.commands);
    let command_paths = model.commands.iter().map(|named| &named.path);
    let (states_doc, events_doc, commands_doc) = (
        format!("The states of [`{owner}`]."),
        format!("The events of [`{owner}`]."),
        format!("The commands of [`{owner}`]."),
    );
    let states = quote! {
        #[doc = #states_doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug,
            ::core::cmp::PartialEq, ::core::cmp::Eq, ::core::hash::Hash,
        )]
        #[allow(dead_code, missing_docs, nonstandard_style, unreachable_pub)]
        pub enum #state {
            #(#state_attrs #state_idents,)*
        }
    };
    let events = quote! {
        #[doc = #events_doc]
        #[allow(dead_code, missing_docs, nonstandard_style, private_interfaces, unreachable_pub)]
        pub enum #event {
            #(#events(#event_paths),)*
            #(#regions,)*
        }
    };
    let commands = quote! {
        #[doc = #commands_doc]
        #[allow(dead_code, missing_docs, nonstandard_style, private_interfaces, unreachable_pub)]
        pub enum #command {
            #(#commands(#command_paths),)*
        }
    };
    [(state, states), (event, events), (command, commands)]
}
