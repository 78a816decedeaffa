//! `#[derive(DomainId)]`: what tells one aggregate from another.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;

/// Expands `#[derive(DomainId)]`.
pub fn domain_id(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<syn::DeriveInput>(item) {
        Ok(input) => {
            let krate = krate(&input, &mut diagnostics);
            match inner(&input, &mut diagnostics) {
                Some(inner) => expand(&krate, &input.ident, inner),
                // Of a generic type no impl is right for all.
                None if !input.generics.params.is_empty() => TokenStream::new(),
                None => stub(&krate, &input.ident),
            }
        }
        Err(error) => {
            diagnostics.push_syntax(error);
            TokenStream::new()
        }
    };
    let mistakes = diagnostics.finish();
    quote!(#mistakes #expansion)
}

/// `#[domain_id(crate = path)]`, or the usual path.
fn krate(input: &syn::DeriveInput, diagnostics: &mut Diagnostics) -> syn::Path {
    let attr = input.attrs.iter().find(|attr| attr.path().is_ident("domain_id"));
    let tokens = match attr.map(|attr| &attr.meta) {
        Some(syn::Meta::List(list)) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    let mut arguments = crate::arguments::Arguments::parse("domain_id", tokens);
    let krate = arguments.krate(diagnostics);
    arguments.finish(diagnostics);
    krate
}

/// The one field's type.
fn inner<'a>(input: &'a syn::DeriveInput, diagnostics: &mut Diagnostics) -> Option<&'a syn::Type> {
    if !input.generics.params.is_empty() {
        diagnostics.push(errors::generic(&input.generics));
        return None;
    }
    if let syn::Data::Struct(data) = &input.data
        && let syn::Fields::Unnamed(fields) = &data.fields
        && fields.unnamed.len() == 1
    {
        return fields.unnamed.first().map(|field| &field.ty);
    }
    diagnostics.push(errors::not_around_one_field(&input.ident));
    None
}

fn expand(krate: &syn::Path, ident: &syn::Ident, inner: &syn::Type) -> TokenStream {
    quote! {
        const _: () = {
            #[automatically_derived]
            impl ::core::clone::Clone for #ident {
                fn clone(&self) -> Self {
                    Self(<#inner as #krate::IdInner>::clone_id(&self.0))
                }
            }
            #[automatically_derived]
            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    <#inner as #krate::IdInner>::debug_id(&self.0, f)
                }
            }
            #[automatically_derived]
            impl ::core::fmt::Display for #ident {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    <#inner as #krate::IdInner>::display_id(&self.0, f)
                }
            }
            #[automatically_derived]
            impl ::core::cmp::PartialEq for #ident {
                fn eq(&self, other: &Self) -> bool {
                    ::core::matches!(::core::cmp::Ord::cmp(self, other), ::core::cmp::Ordering::Equal)
                }
            }
            #[automatically_derived]
            impl ::core::cmp::Eq for #ident {}
            #[automatically_derived]
            impl ::core::cmp::PartialOrd for #ident {
                fn partial_cmp(&self, other: &Self) -> ::core::option::Option<::core::cmp::Ordering> {
                    ::core::option::Option::Some(::core::cmp::Ord::cmp(self, other))
                }
            }
            #[automatically_derived]
            impl ::core::cmp::Ord for #ident {
                fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                    <#inner as #krate::IdInner>::cmp_id(&self.0, &other.0)
                }
            }
            #[automatically_derived]
            impl ::core::hash::Hash for #ident {
                fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                    <#inner as #krate::IdInner>::hash_id(&self.0, state)
                }
            }
            #[automatically_derived]
            impl ::core::str::FromStr for #ident {
                type Err = #krate::InvalidId;
                fn from_str(text: &str) -> ::core::result::Result<Self, #krate::InvalidId> {
                    ::core::result::Result::Ok(Self(<#inner as #krate::IdInner>::parse_id(text)?))
                }
            }
            #[automatically_derived]
            impl #krate::cbor::Value for #ident {
                const SHAPE: #krate::cbor::Shape = <#inner as #krate::IdInner>::SHAPE;
                fn encode(&self, to: &mut #krate::cbor::Encoder) {
                    <#inner as #krate::IdInner>::encode_id(&self.0, to)
                }
                fn decode(
                    from: &mut #krate::cbor::Decoder<'_>,
                ) -> ::core::result::Result<Self, #krate::cbor::DecodeError> {
                    ::core::result::Result::Ok(Self(<#inner as #krate::IdInner>::decode_id(from)?))
                }
            }
            #[automatically_derived]
            impl #krate::cbor::Key for #ident {
                fn to_key(&self) -> ::std::borrow::Cow<'_, str> {
                    ::std::borrow::Cow::Owned(::std::string::ToString::to_string(self))
                }
                fn from_key(text: &str) -> ::core::option::Option<Self> {
                    ::core::result::Result::ok(<Self as ::core::str::FromStr>::from_str(text))
                }
            }
            #[automatically_derived]
            impl #krate::DomainId for #ident {
                fn example() -> Self {
                    Self(<#inner as #krate::IdInner>::example())
                }
            }
        };
    }
}

/// The impls that other code relies on, for an id that did not compile.
fn stub(krate: &syn::Path, ident: &syn::Ident) -> TokenStream {
    let unusable = quote!(::core::unreachable!("did not compile"));
    quote! {
        const _: () = {
            impl ::core::clone::Clone for #ident { fn clone(&self) -> Self { #unusable } }
            impl ::core::cmp::PartialEq for #ident { fn eq(&self, _: &Self) -> bool { #unusable } }
            impl ::core::cmp::Eq for #ident {}
            impl ::core::cmp::PartialOrd for #ident {
                fn partial_cmp(&self, _: &Self) -> ::core::option::Option<::core::cmp::Ordering> { #unusable }
            }
            impl ::core::cmp::Ord for #ident {
                fn cmp(&self, _: &Self) -> ::core::cmp::Ordering { #unusable }
            }
            impl ::core::hash::Hash for #ident {
                fn hash<H: ::core::hash::Hasher>(&self, _: &mut H) { #unusable }
            }
            impl ::core::str::FromStr for #ident {
                type Err = #krate::InvalidId;
                fn from_str(_: &str) -> ::core::result::Result<Self, #krate::InvalidId> { #unusable }
            }
            impl #krate::cbor::Key for #ident {
                fn to_key(&self) -> ::std::borrow::Cow<'_, str> { #unusable }
                fn from_key(_: &str) -> ::core::option::Option<Self> { #unusable }
            }
            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #unusable }
            }
            impl ::core::fmt::Display for #ident {
                fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #unusable }
            }
            impl #krate::cbor::Value for #ident {
                const SHAPE: #krate::cbor::Shape = #krate::cbor::Shape::of("stub");
                fn encode(&self, _: &mut #krate::cbor::Encoder) {}
                fn decode(
                    _: &mut #krate::cbor::Decoder<'_>,
                ) -> ::core::result::Result<Self, #krate::cbor::DecodeError> { #unusable }
            }
            impl #krate::DomainId for #ident { fn example() -> Self { #unusable } }
        };
    }
}
