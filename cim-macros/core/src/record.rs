//! The encoder, the decoder and the shape of a struct or an enum.
//!
//! ```text
//! impl Value for Line {
//!     const FIELDS: &'static [Field] = &[("sku", <String as Value>::SHAPE), …];
//!     fn encode(&self, to: &mut Encoder) {
//!         to.map(2);
//!         <String as Value>::encode_field(&self.sku, "sku", to); …
//!     }
//!     fn decode(from: &mut Decoder) -> Result<Self, DecodeError> {
//!         from.map(2)?;
//!         Ok(Self { sku: <String as Value>::decode_field("sku", from)?, … })
//!     }
//! }
//! ```
//!
//! The macro knows the names, so the canonical order is settled here and not when events are
//! written. Struct expressions are evaluated in the order they are written, which is the order of
//! the keys.

use std::iter;

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use crate::fields;
use crate::pins;
use crate::scope;

/// `impl Value` for a type.
pub(crate) fn value_impl(
    ident: &syn::Ident,
    generics: &syn::Generics,
    body: &Body<'_>,
) -> TokenStream {
    let krate = &scope::code();
    let (impl_generics, type_generics, bounds) = generics.split_for_impl();
    let Code { shape, encode, decode, transparent } = match body {
        Body::Struct(fields) => struct_code(krate, ident, fields),
        Body::Enum(variants) => enum_code(krate, ident, variants),
        Body::Stub => stub_code(krate),
    };
    let (encode, decode) = match body.contains(ident) {
        true => (quote!(to.nested(|to| { #encode })), quote!(from.nested(|from| { #decode }))),
        false => (encode, decode),
    };
    let shape = match shape {
        // The shape is then that of a record, which need not be said.
        Shape::Record(fields) if fields.is_empty() => quote!(),
        Shape::Record(fields) => {
            quote!(const FIELDS: &'static [#krate::Field] = &[#(#fields),*];)
        }
        Shape::Other(shape) => quote!(const SHAPE: #krate::Shape = #shape;),
    };
    let nullable =
        transparent.map(|ty| quote!(const NULLABLE: bool = <#ty as #krate::Value>::NULLABLE;));
    quote! {
        impl #impl_generics #krate::Value for #ident #type_generics #bounds {
            #shape
            #nullable

            fn encode(&self, to: &mut #krate::Encoder) {
                #encode
            }

            fn decode(from: &mut #krate::Decoder<'_>) -> #krate::Decoded<Self> {
                #decode
            }
        }
    }
}

/// What is encoded.
pub(crate) enum Body<'a> {
    Struct(&'a syn::Fields),
    Enum(Vec<&'a syn::Variant>),
    /// Something is wrong with the type: the impl is there, for those who rely on it.
    Stub,
}

impl Body<'_> {
    /// Whether a field holds the type `ident` itself.
    fn contains(&self, ident: &syn::Ident) -> bool {
        let holds = |field: &syn::Field| fields::itself_in(&field.ty, ident).is_some();
        match self {
            Body::Struct(fields) => fields.iter().any(holds),
            Body::Enum(variants) => variants.iter().flat_map(|variant| &variant.fields).any(holds),
            Body::Stub => false,
        }
    }
}

struct Code {
    shape: Shape,
    encode: TokenStream,
    decode: TokenStream,
    /// The type that it is written as: null, if that one can be null.
    transparent: Option<TokenStream>,
}

/// What a type's `FIELDS` or `SHAPE` say.
enum Shape {
    /// The fields, each with its key and its shape.
    Record(Vec<TokenStream>),
    Other(TokenStream),
}

impl Shape {
    /// As an expression, for the data of a variant.
    fn expression(&self, krate: &syn::Path) -> TokenStream {
        match self {
            Shape::Record(fields) => quote!(#krate::Shape::Record(&[#(#fields),*])),
            Shape::Other(shape) => shape.clone(),
        }
    }
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
            Some(Named { key: pins::stored_name(&field.attrs, ident), ident, ty: &field.ty })
        })
        .collect();
    named.sort_by(|a, b| (a.key.len(), &a.key).cmp(&(b.key.len(), &b.key)));
    named
}

fn struct_code(krate: &syn::Path, ident: &syn::Ident, fields: &syn::Fields) -> Code {
    let of = Of { krate, ident, braces: 0 };
    let (_, code) = fields_code(of, fields, &quote!(Self), At::Fields);
    code
}

/// The type whose fields they are, and how many braces of its shape are around them.
#[derive(Clone, Copy)]
struct Of<'a> {
    krate: &'a syn::Path,
    ident: &'a syn::Ident,
    braces: usize,
}

impl Of<'_> {
    /// The shape of a field. Of a type that contains itself, the place around stands for it.
    fn shape(self, ty: &syn::Type) -> TokenStream {
        let Self { krate, ident, braces } = self;
        let around = syn::parse_quote!(#krate::Around<#braces>);
        let ty = fields::with_itself(ty.clone(), ident, &around);
        quote!(<#ty as #krate::Value>::SHAPE)
    }

    /// One brace further in.
    fn inside(self) -> Self {
        Self { braces: self.braces + 1, ..self }
    }
}

/// Where the values of fields are: in `self.sku`, or bound by a pattern to `field_0`.
#[derive(Clone, Copy)]
enum At {
    Fields,
    Bindings,
}

impl At {
    fn value(self, index: usize, field: &dyn quote::ToTokens) -> TokenStream {
        match self {
            At::Fields => quote!(&self.#field),
            // A binding of its own for each field: one may be called `to`.
            At::Bindings => format_ident!("field_{index}").to_token_stream(),
        }
    }
}

/// A pattern that binds every field, and the code over the fields; `path` is the struct or the
/// variant.
fn fields_code(
    of: Of<'_>,
    fields: &syn::Fields,
    path: &TokenStream,
    at: At,
) -> (TokenStream, Code) {
    match fields {
        syn::Fields::Named(fields) => named_code(of.inside(), fields, path, at),
        syn::Fields::Unnamed(fields) => tuple_code(of, fields, path, at),
        syn::Fields::Unit => (quote!(), unit_code(of.krate, path)),
    }
}

fn unit_code(krate: &syn::Path, path: &TokenStream) -> Code {
    Code {
        shape: Shape::Record(Vec::new()),
        encode: quote!(to.map(0);),
        decode: quote!(from.map(0)?; #krate::Ok(#path)),
        transparent: None,
    }
}

fn named_code(
    of: Of<'_>,
    fields: &syn::FieldsNamed,
    path: &TokenStream,
    at: At,
) -> (TokenStream, Code) {
    let krate = of.krate;
    let fields = in_order(fields);
    if fields.is_empty() {
        return (quote!({}), unit_code(krate, &quote!(#path {})));
    }
    let len = fields.len();
    // The first field opens the map.
    let size = Literal::usize_unsuffixed(len);
    let to = iter::once(quote!(to.map(#size))).chain(iter::repeat(quote!(to)));
    let from = iter::once(quote!(from.map(#size)?)).chain(iter::repeat(quote!(from)));
    let keys: Vec<_> = fields.iter().map(|field| &field.key).collect();
    let idents: Vec<_> = fields.iter().map(|field| field.ident).collect();
    let types: Vec<_> = fields.iter().map(|field| field.ty).collect();
    let values = idents.iter().enumerate().map(|(i, ident)| at.value(i, ident));
    let bound = (0..len).map(|i| format_ident!("field_{i}"));
    let shapes = keys.iter().zip(&types).map(|(key, ty)| {
        let shape = of.shape(ty);
        quote!((#key, #shape))
    });
    let code = Code {
        shape: Shape::Record(shapes.collect()),
        encode: quote!(#(<#types as #krate::Value>::encode_field(#values, #keys, #to);)*),
        decode: quote! {
            #krate::Ok(#path {
                #(#idents: <#types as #krate::Value>::decode_field(#keys, #from)?,)*
            })
        },
        transparent: None,
    };
    (quote!({ #(#idents: #bound),* }), code)
}

/// One unnamed field is written as what it holds; several are an array.
fn tuple_code(
    of: Of<'_>,
    fields: &syn::FieldsUnnamed,
    path: &TokenStream,
    at: At,
) -> (TokenStream, Code) {
    let krate = of.krate;
    let types: Vec<_> = fields.unnamed.iter().map(|field| &field.ty).collect();
    let shapes: Vec<_> = types.iter().map(|ty| of.shape(ty)).collect();
    let bound = (0..types.len()).map(|i| format_ident!("field_{i}"));
    let pattern = quote!((#(#bound),*));
    let values: Vec<_> = (0..types.len()).map(|i| at.value(i, &syn::Index::from(i))).collect();
    let code = if let [ty] = types.as_slice() {
        Code {
            shape: Shape::Other(quote!(#(#shapes)*)),
            encode: quote!(#(<#ty as #krate::Value>::encode(#values, to);)*),
            decode: quote!(#krate::Ok(#path(<#ty as #krate::Value>::decode(from)?))),
            transparent: Some(quote!(#ty)),
        }
    } else {
        let len = types.len();
        Code {
            shape: Shape::Other(quote!(#krate::Shape::Tuple(&[#(#shapes),*]))),
            encode: quote! {
                to.array(#len);
                #(<#types as #krate::Value>::encode(#values, to);)*
            },
            decode: quote! {
                from.array(#len)?;
                #krate::Ok(#path(#(<#types as #krate::Value>::decode(from)?),*))
            },
            transparent: None,
        }
    };
    (pattern, code)
}

/// A variant without data is its name; one with data is a map from its name to the data.
fn enum_code(krate: &syn::Path, ident: &syn::Ident, variants: &[&syn::Variant]) -> Code {
    let of = Of { krate, ident, braces: 1 };
    let mut shapes = Vec::new();
    let mut encode_arms = Vec::new();
    let mut decode_arms = Vec::new();
    for variant in variants {
        let ident = &variant.ident;
        let name = pins::stored_name(&variant.attrs, ident);
        if variant.fields.is_empty() && matches!(variant.fields, syn::Fields::Unit) {
            shapes.push((name.clone(), quote!(#krate::Shape::Unit)));
            encode_arms.push(quote!(Self::#ident => to.text(#name),));
            decode_arms.push(quote!((#name, false) => #krate::Ok(Self::#ident),));
            continue;
        }
        let (pattern, code) = fields_code(of, &variant.fields, &quote!(Self::#ident), At::Bindings);
        let Code { shape, encode, decode, .. } = code;
        shapes.push((name.clone(), shape.expression(krate)));
        encode_arms.push(quote! {
            Self::#ident #pattern => {
                to.map(1);
                to.text(#name);
                #encode
            }
        });
        decode_arms.push(quote!((#name, true) => { #decode }));
    }
    // Variants are told apart by their names: their order says nothing about the encoding.
    shapes.sort_by(|(a, _), (b, _)| a.cmp(b));
    let shapes = shapes.iter().map(|(name, shape)| quote!((#name, #shape)));
    Code {
        shape: Shape::Other(quote!(#krate::Shape::Enum(&[#(#shapes),*]))),
        encode: quote!(match self { #(#encode_arms)* }),
        decode: quote! {
            match from.variant()? {
                #(#decode_arms)*
                (other, _) => #krate::Err(from.unknown_variant(other)),
            }
        },
        transparent: None,
    }
}

fn stub_code(krate: &syn::Path) -> Code {
    Code {
        shape: Shape::Record(Vec::new()),
        encode: quote!(let _ = to;),
        decode: quote!(#krate::Err(from.error("did not compile"))),
        transparent: None,
    }
}
