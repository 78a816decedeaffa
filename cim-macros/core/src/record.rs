//! The encoder, the decoder and the shape of a struct or an enum.
//!
//! ```text
//! impl Value for Line {
//!     const SHAPE: Shape = Shape::named("struct", &[("sku", <String as Value>::SHAPE), …]);
//!     fn encode(&self, to: &mut Encoder) { to.map(2); to.text("sku"); …encode(&self.sku, to); … }
//!     fn decode(from: &mut Decoder) -> Result<Self, DecodeError> {
//!         from.map(2)?;
//!         Ok(Self { sku: from.field("sku")?, … })
//!     }
//! }
//! ```
//!
//! The macro knows the names, so the canonical order is settled here and not when events are
//! written. Struct expressions are evaluated in the order they are written, which is the order of
//! the keys.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::names;

/// `impl Value` for a type.
pub(crate) fn value_impl(
    krate: &syn::Path,
    ident: &syn::Ident,
    generics: &syn::Generics,
    body: &Body<'_>,
) -> TokenStream {
    let (impl_generics, type_generics, bounds) = generics.split_for_impl();
    let Code { shape, encode, decode } = match body {
        Body::Struct(fields) => struct_code(krate, fields),
        Body::Enum(variants) => enum_code(krate, variants),
        Body::Stub => stub_code(krate),
    };
    let nullable = nullable(krate, body);
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::cbor::Value for #ident #type_generics #bounds {
            const SHAPE: #krate::cbor::Shape = #shape;
            #nullable

            #[inline]
            fn encode(&self, to: &mut #krate::cbor::Encoder) {
                #encode
            }

            #[inline]
            fn decode(
                from: &mut #krate::cbor::Decoder<'_>,
            ) -> ::core::result::Result<Self, #krate::cbor::DecodeError> {
                #decode
            }
        }
    }
}

/// A struct around one field is written as that, and so may be null if that may.
fn nullable(krate: &syn::Path, body: &Body<'_>) -> TokenStream {
    match body {
        Body::Struct(syn::Fields::Unnamed(fields)) if fields.unnamed.len() == 1 => {
            let types = fields.unnamed.iter().map(|field| &field.ty);
            quote!(#(const NULLABLE: bool = <#types as #krate::cbor::Value>::NULLABLE;)*)
        }
        _ => quote!(),
    }
}

/// What is encoded.
pub(crate) enum Body<'a> {
    Struct(&'a syn::Fields),
    Enum(Vec<&'a syn::Variant>),
    /// Something is wrong with the type: the impl is there, for those who rely on it.
    Stub,
}

struct Code {
    shape: TokenStream,
    encode: TokenStream,
    decode: TokenStream,
}

/// A named field and the name it is stored under.
struct Named<'a> {
    key: String,
    ident: &'a syn::Ident,
    ty: &'a syn::Type,
}

/// The fields in canonical order: by length of the key, then by its bytes.
fn in_order(fields: &syn::FieldsNamed) -> Vec<Named<'_>> {
    let mut named: Vec<_> = fields
        .named
        .iter()
        .filter_map(|field| {
            let ident = field.ident.as_ref()?;
            Some(Named { key: names::plain(ident), ident, ty: &field.ty })
        })
        .collect();
    named.sort_by(|a, b| (a.key.len(), &a.key).cmp(&(b.key.len(), &b.key)));
    named
}

fn struct_code(krate: &syn::Path, fields: &syn::Fields) -> Code {
    let (pattern, code) = fields_code(krate, fields, &quote!(Self));
    let encode = code.encode;
    let bind = if fields.is_empty() { quote!() } else { quote!(let Self #pattern = self;) };
    Code { encode: quote!(#bind #encode), ..code }
}

/// A pattern that binds every field, and the code over these bindings; `path` is the struct or
/// the variant.
fn fields_code(krate: &syn::Path, fields: &syn::Fields, path: &TokenStream) -> (TokenStream, Code) {
    match fields {
        syn::Fields::Named(fields) => named_code(krate, fields, path),
        syn::Fields::Unnamed(fields) => tuple_code(krate, fields, path),
        syn::Fields::Unit => (quote!(), unit_code(krate, path)),
    }
}

fn unit_code(krate: &syn::Path, path: &TokenStream) -> Code {
    Code {
        shape: quote!(#krate::cbor::Shape::named("struct", &[])),
        encode: quote!(to.map(0);),
        decode: quote!(from.map(0)?; ::core::result::Result::Ok(#path)),
    }
}

fn named_code(
    krate: &syn::Path,
    fields: &syn::FieldsNamed,
    path: &TokenStream,
) -> (TokenStream, Code) {
    let fields = in_order(fields);
    let len = fields.len();
    let keys: Vec<_> = fields.iter().map(|field| &field.key).collect();
    let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
    let types: Vec<_> = fields.iter().map(|field| field.ty).collect();
    // A binding of its own for each field: one may be called `to`.
    let bound: Vec<_> = (0..len).map(|i| format_ident!("field_{i}")).collect();
    let code = Code {
        shape: quote! {
            #krate::cbor::Shape::named(
                "struct",
                &[#((#keys, <#types as #krate::cbor::Value>::SHAPE)),*],
            )
        },
        encode: quote! {
            to.map(#len);
            #(to.text(#keys); <#types as #krate::cbor::Value>::encode(#bound, to);)*
        },
        decode: quote! {
            from.map(#len)?;
            ::core::result::Result::Ok(#path {
                #(#idents: { from.key(#keys)?; <#types as #krate::cbor::Value>::decode(from)? },)*
            })
        },
    };
    (quote!({ #(#idents: #bound),* }), code)
}

/// One unnamed field is written as what it holds; several are an array.
fn tuple_code(
    krate: &syn::Path,
    fields: &syn::FieldsUnnamed,
    path: &TokenStream,
) -> (TokenStream, Code) {
    let types: Vec<_> = fields.unnamed.iter().map(|field| &field.ty).collect();
    let bound: Vec<_> = (0..types.len()).map(|i| format_ident!("field_{i}")).collect();
    let pattern = quote!((#(#bound),*));
    let code = if let [ty] = types.as_slice() {
        Code {
            shape: quote!(<#ty as #krate::cbor::Value>::SHAPE),
            encode: quote!(<#ty as #krate::cbor::Value>::encode(field_0, to);),
            decode: quote!(::core::result::Result::Ok(#path(<#ty as #krate::cbor::Value>::decode(from)?))),
        }
    } else {
        let len = types.len();
        Code {
            shape: quote! {
                #krate::cbor::Shape::list("tuple", &[#(<#types as #krate::cbor::Value>::SHAPE),*])
            },
            encode: quote! {
                to.array(#len);
                #(<#types as #krate::cbor::Value>::encode(#bound, to);)*
            },
            decode: quote! {
                from.array(#len)?;
                ::core::result::Result::Ok(#path(#(<#types as #krate::cbor::Value>::decode(from)?),*))
            },
        }
    };
    (pattern, code)
}

/// A variant without data is its name; one with data is a map from its name to the data.
fn enum_code(krate: &syn::Path, variants: &[&syn::Variant]) -> Code {
    let mut shapes = Vec::new();
    let mut encode_arms = Vec::new();
    let mut decode_arms = Vec::new();
    for variant in variants {
        let ident = &variant.ident;
        let name = names::plain(ident);
        if variant.fields.is_empty() && matches!(variant.fields, syn::Fields::Unit) {
            shapes.push(quote!((#name, #krate::cbor::Shape::of("unit"))));
            encode_arms.push(quote!(Self::#ident => to.text(#name),));
            decode_arms.push(quote!((#name, false) => ::core::result::Result::Ok(Self::#ident),));
            continue;
        }
        let (pattern, code) = fields_code(krate, &variant.fields, &quote!(Self::#ident));
        let Code { shape, encode, decode } = code;
        shapes.push(quote!((#name, #shape)));
        encode_arms.push(quote! {
            Self::#ident #pattern => {
                to.map(1);
                to.text(#name);
                #encode
            }
        });
        decode_arms.push(quote!((#name, true) => { #decode }));
    }
    Code {
        shape: quote!(#krate::cbor::Shape::named("enum", &[#(#shapes),*])),
        encode: quote!(match self { #(#encode_arms)* }),
        decode: quote! {
            match from.variant()? {
                #(#decode_arms)*
                (other, _) => ::core::result::Result::Err(from.unknown_variant(other)),
            }
        },
    }
}

fn stub_code(krate: &syn::Path) -> Code {
    Code {
        shape: quote!(#krate::cbor::Shape::of("stub")),
        encode: quote!(let _ = to;),
        decode: quote!(::core::result::Result::Err(from.error("did not compile"))),
    }
}
