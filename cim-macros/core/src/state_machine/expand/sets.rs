//! The events as one type, and the commands as one type.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::model::Model;
use super::{Names, stub, variants};

/// The events as one type. Of each of them everything is asked through `EventOf<Order>`, at the
/// user's own name for it.
pub(super) fn event_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
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
pub(super) fn command_set(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
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
