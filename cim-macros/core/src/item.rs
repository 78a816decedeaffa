//! The struct or the enum that an attribute stands on.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::fields::{self, Owner};
use crate::personal;
use crate::pins;

/// What stands below an attribute. Of an enum where a struct should be there still is an item, for
/// the impls that other code relies on.
#[derive(Clone)]
pub(crate) enum Item {
    Struct(syn::ItemStruct),
    Enum(syn::ItemEnum),
}

impl Item {
    /// Reads a struct and checks its fields. Another item is reported, and is `None` if it is no
    /// type.
    pub(crate) fn structure(
        tokens: &TokenStream,
        owner: Owner,
        wrong_item: fn(&TokenStream) -> Diagnostic,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        match syn::parse2::<syn::Item>(tokens.clone()) {
            Ok(syn::Item::Struct(item)) => {
                fields::no_generics(owner, &item.generics, &item.fields, diagnostics);
                fields::named(owner, &item.fields, diagnostics);
                fields::check(owner, &item.fields, diagnostics);
                fields::not_recursive(owner, &item.ident, &item.fields, diagnostics);
                Some(Self::Struct(item))
            }
            Ok(syn::Item::Enum(item)) => {
                diagnostics.push(wrong_item(&head(tokens)));
                Some(Self::Enum(item))
            }
            Ok(_) => {
                diagnostics.push(wrong_item(&head(tokens)));
                None
            }
            Err(error) => {
                diagnostics.push_syntax(error);
                None
            }
        }
    }

    pub(crate) fn ident(&self) -> &syn::Ident {
        match self {
            Item::Struct(item) => &item.ident,
            Item::Enum(item) => &item.ident,
        }
    }

    pub(crate) fn attrs(&self) -> &[syn::Attribute] {
        match self {
            Item::Struct(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
        }
    }

    /// The fields, of an enum those of all variants.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &syn::Field> {
        let all: Vec<&syn::Fields> = match self {
            Item::Struct(item) => vec![&item.fields],
            Item::Enum(item) => item.variants.iter().map(|variant| &variant.fields).collect(),
        };
        all.into_iter().flatten()
    }

    pub(crate) fn generics(&self) -> &syn::Generics {
        match self {
            Item::Struct(item) => &item.generics,
            Item::Enum(item) => &item.generics,
        }
    }

    /// Whether it has type parameters: then no impl is right for all of them.
    pub(crate) fn is_generic(&self) -> bool {
        !self.generics().params.is_empty()
    }

    /// The item as it goes out when something is wrong with it. Whatever it borrows, it borrows for
    /// ever: or rustc would ask for lifetimes, which we ask to remove.
    pub(crate) fn without_lifetimes(mut self) -> Self {
        let (generics, fields): (_, Vec<&mut syn::Fields>) = match &mut self {
            Item::Struct(item) => (&mut item.generics, vec![&mut item.fields]),
            Item::Enum(item) => {
                let fields = item.variants.iter_mut().map(|variant| &mut variant.fields);
                (&mut item.generics, fields.collect())
            }
        };
        let params = std::mem::take(&mut generics.params);
        generics.params = params.into_iter().filter(|param| !is_lifetime(param)).collect();
        if generics.params.is_empty() {
            *generics = syn::Generics::default();
        }
        for field in fields.into_iter().flatten() {
            field.ty = syn::Type::Verbatim(made_static(field.ty.to_token_stream()));
        }
        self
    }
}

fn strip(attrs: &mut Vec<syn::Attribute>) {
    pins::strip(attrs);
    personal::strip(attrs);
}

/// The item without our pins and marks, which rustc does not know.
impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.clone() {
            Item::Struct(mut item) => {
                item.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
                item.to_tokens(tokens);
            }
            Item::Enum(mut item) => {
                for variant in &mut item.variants {
                    strip(&mut variant.attrs);
                    variant.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
                }
                item.to_tokens(tokens);
            }
        }
    }
}

pub(crate) fn is_lifetime(param: &syn::GenericParam) -> bool {
    matches!(param, syn::GenericParam::Lifetime(_))
}

/// Keyword and name of an item, such as `enum OrderPlaced`: the place of a mistake about the item
/// as a whole.
pub(crate) fn head(item: &TokenStream) -> TokenStream {
    let mut trees = item.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        match (&tree, trees.peek()) {
            // An attribute, or what stands in `pub(crate)`.
            (TokenTree::Punct(_) | TokenTree::Group(_), Some(_)) => {}
            (TokenTree::Ident(word), Some(_)) if word == "pub" => {}
            (TokenTree::Ident(_), Some(TokenTree::Ident(_))) => {
                return std::iter::once(tree).chain(trees.next()).collect();
            }
            _ => return tree.into_token_stream(),
        }
    }
    item.clone()
}

/// A type with `'static` for each of its lifetimes, named or left out.
fn made_static(ty: TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = ty.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            // Not the invisible groups of `macro_rules`: with their types nothing is wrong.
            TokenTree::Group(group) if group.delimiter() != Delimiter::None => {
                let stream = made_static(group.stream());
                out.extend([TokenTree::Group(Group::new(group.delimiter(), stream))]);
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                trees.next();
                out.extend(quote!('static));
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let next = trees.peek().map(ToString::to_string);
                let lifetime = (next.as_deref() != Some("'")).then(|| quote!('static));
                out.extend(quote!(#punct #lifetime));
            }
            tree => out.extend([tree]),
        }
    }
    out
}
