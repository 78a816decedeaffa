//! The events as one type, and the commands as one type.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::{Model, Named};
use super::{Names, regions, stub, variants};

/// The events as one type. Of each of them everything is asked through one trait of the owner's
/// events, at the user's own name for it.
pub(super) fn event_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, event, .. } = names;
    let variants = variants(&model.events);
    let paths: Vec<_> = model.events.iter().map(|named| &named.path).collect();
    // It is also asked whether an event that is not folded has anything to be folded, and one that is
    // has not been said to be unread.
    let of = model.events.iter().enumerate().map(|(index, Named { path, .. })| {
        match model.folds.iter().find(|fold| fold.event == index) {
            Some(fold) if fold.replayed => quote!(<#path as #krate::EventOf<#owner>>),
            Some(_) => quote!(<#path as #krate::FoldedBy<#owner>>),
            None => quote!(<#path as #krate::UnreadEventOf<#owner>>),
        }
    });
    let of: Vec<_> = of.collect();
    let inside = model.regions.iter().map(|region| regions::inside(names, region));
    let inside: Vec<_> = inside.collect();
    let region_variants = model.regions.iter().map(|region| region.variant);
    let is_empty = variants.is_empty() && model.regions.is_empty();
    let (visit, read) = match sound && !is_empty {
        true => (
            quote!(match self {
                #(Self::#variants(it) => #of::visit(it, to),)*
                #(Self::#region_variants(it) => #inside::visit(it, to),)*
            }),
            quote!(#(#of::read(from);)* #(#inside::read(from);)*),
        ),
        false => {
            let stub = stub();
            (quote!({ let _ = to; #stub }), quote!(let _ = from;))
        }
    };
    let emits = match sound {
        true => quote! {
            #(
                impl #krate::Emits<#paths> for #owner {
                    const EVENT: fn(#paths) -> #event = #event::#variants;
                }
            )*
        },
        false => {
            let stub = stub();
            quote! {
                impl<E: #krate::Event> #krate::Emits<E> for #owner {
                    const EVENT: fn(E) -> #event = |_| #stub;
                }
            }
        }
    };
    quote! {
        impl #krate::EventSet for #event {
            fn visit<V: #krate::EventVisitor<Self>>(&self, to: V) -> V::Output {
                #visit
            }
            fn read(from: &mut #krate::Reading<'_, '_, Self>) {
                #read
            }
        }
        impl #krate::Clone for #event {
            fn clone(&self) -> Self {
                #krate::EventSet::clone_set(self)
            }
        }
        impl #krate::PartialEq for #event {
            fn eq(&self, other: &Self) -> bool {
                #krate::EventSet::is_same(self, other)
            }
        }
        impl #krate::Debug for #event {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                #krate::EventSet::debug_set(self, f)
            }
        }
        impl<E: #krate::PartOf<#owner>> #krate::From<E> for #event {
            fn from(event: E) -> Self {
                event.wrapped()
            }
        }
        #emits
    }
}

/// The commands as one type.
pub(super) fn command_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, command, .. } = names;
    let variants = variants(&model.commands);
    let paths: Vec<_> = model.commands.iter().map(|named| &named.path).collect();
    let of: Vec<_> =
        paths.iter().map(|path| quote!(<#path as #krate::CommandOf<#owner>>)).collect();
    let (visit, list) = match sound && !variants.is_empty() {
        true => (
            quote!(match self { #(Self::#variants(it) => #of::visit(it, to),)* }),
            quote!(#(#of::list(to);)*),
        ),
        false => {
            let stub = stub();
            (quote!({ let _ = to; #stub }), quote!(let _ = to;))
        }
    };
    let handles = match sound {
        true => quote! {
            #(
                impl #krate::Handles<#paths> for #owner {
                    const COMMAND: fn(#paths) -> #command = #command::#variants;
                }
            )*
        },
        // Which commands it would have handled nobody can tell.
        false => {
            let stub = stub();
            quote! {
                impl<C: #krate::Command> #krate::Handles<C> for #owner {
                    const COMMAND: fn(C) -> #command = |_| #stub;
                }
            }
        }
    };
    quote! {
        impl #krate::CommandSet for #command {
            fn visit<V: #krate::CommandVisitor<Self>>(&self, to: V) -> V::Output {
                #visit
            }
            fn list(to: &mut #krate::CommandKinds<Self>) {
                #list
            }
        }
        impl #krate::Clone for #command {
            fn clone(&self) -> Self {
                #krate::CommandSet::clone_set(self)
            }
        }
        impl #krate::Debug for #command {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                #krate::CommandSet::debug_set(self, f)
            }
        }
        #handles
    }
}
