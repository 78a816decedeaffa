//! `#[derive(DomainId)]`: what tells one aggregate from another.

mod errors;

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::scope;

/// Expands `#[derive(DomainId)]`.
pub fn domain_id(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<syn::DeriveInput>(item) {
        Ok(input) => {
            let krate = Arguments::krate_of_derive("domain_id", &input.attrs, &mut diagnostics);
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
    let (real, krate) = (krate, scope::code());
    // A text must be looked at first: it is parsed.
    let from = (!is_text(inner)).then(|| {
        quote! {
            impl #krate::From<#inner> for #ident {
                fn from(inner: #inner) -> Self {
                    Self(inner)
                }
            }
        }
    });
    let impls = quote! {
            #from
            impl #krate::Clone for #ident {
                fn clone(&self) -> Self {
                    Self(<#inner as #krate::IdInner>::clone_id(&self.0))
                }
            }
            impl #krate::Debug for #ident {
                fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                    <#inner as #krate::IdInner>::debug_id(&self.0, f)
                }
            }
            impl #krate::Display for #ident {
                fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                    <#inner as #krate::IdInner>::display_id(&self.0, f)
                }
            }
            impl #krate::PartialEq for #ident {
                fn eq(&self, other: &Self) -> bool {
                    ::core::matches!(#krate::Ord::cmp(self, other), #krate::Ordering::Equal)
                }
            }
            impl #krate::Eq for #ident {}
            impl #krate::PartialOrd for #ident {
                fn partial_cmp(&self, other: &Self) -> #krate::Option<#krate::Ordering> {
                    #krate::Some(#krate::Ord::cmp(self, other))
                }
            }
            impl #krate::Ord for #ident {
                fn cmp(&self, other: &Self) -> #krate::Ordering {
                    <#inner as #krate::IdInner>::cmp_id(&self.0, &other.0)
                }
            }
            impl #krate::Hash for #ident {
                fn hash<H: #krate::Hasher>(&self, state: &mut H) {
                    <#inner as #krate::IdInner>::hash_id(&self.0, state)
                }
            }
            impl #krate::FromStr for #ident {
                type Err = #krate::InvalidId;
                fn from_str(text: &str) -> #krate::Result<Self, #krate::InvalidId> {
                    #krate::Ok(Self(<#inner as #krate::IdInner>::parse_id(text)?))
                }
            }
            impl #krate::Value for #ident {
                const SHAPE: #krate::Shape = <#inner as #krate::IdInner>::SHAPE;
                fn encode(&self, to: &mut #krate::Encoder) {
                    <#inner as #krate::IdInner>::encode_id(&self.0, to)
                }
                fn decode(from: &mut #krate::Decoder<'_>) -> #krate::Decoded<Self> {
                    #krate::Ok(Self(<#inner as #krate::IdInner>::decode_id(from)?))
                }
            }
            impl #krate::DomainId for #ident {}
    };
    scope::block(real, &impls)
}

fn is_text(inner: &syn::Type) -> bool {
    let syn::Type::Path(path) = inner else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "String")
}

/// The impls that other code relies on, for an id that did not compile.
fn stub(krate: &syn::Path, ident: &syn::Ident) -> TokenStream {
    let unusable = quote!(::core::unreachable!("did not compile"));
    let (real, krate) = (krate, scope::code());
    let impls = quote! {
            impl #krate::Clone for #ident { fn clone(&self) -> Self { #unusable } }
            impl #krate::PartialEq for #ident { fn eq(&self, _: &Self) -> bool { #unusable } }
            impl #krate::Eq for #ident {}
            impl #krate::PartialOrd for #ident {
                fn partial_cmp(&self, _: &Self) -> #krate::Option<#krate::Ordering> { #unusable }
            }
            impl #krate::Ord for #ident {
                fn cmp(&self, _: &Self) -> #krate::Ordering { #unusable }
            }
            impl #krate::Hash for #ident {
                fn hash<H: #krate::Hasher>(&self, _: &mut H) { #unusable }
            }
            impl #krate::FromStr for #ident {
                type Err = #krate::InvalidId;
                fn from_str(_: &str) -> #krate::Result<Self, #krate::InvalidId> { #unusable }
            }
            impl #krate::Debug for #ident {
                fn fmt(&self, _: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result { #unusable }
            }
            impl #krate::Display for #ident {
                fn fmt(&self, _: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result { #unusable }
            }
            impl #krate::Value for #ident {
                const SHAPE: #krate::Shape = #krate::Shape::Of("stub");
                fn encode(&self, _: &mut #krate::Encoder) {}
                fn decode(_: &mut #krate::Decoder<'_>) -> #krate::Decoded<Self> { #unusable }
            }
            impl #krate::DomainId for #ident {}
    };
    scope::block(real, &impls)
}
