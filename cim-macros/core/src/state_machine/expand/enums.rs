//! The three enums: states, events and commands.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Model;
use super::{Names, distinct_states, variants};

pub(super) fn enums(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
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
