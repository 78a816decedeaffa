//! `#[derive(Tables)]`: what a projection or a policy keeps.

mod errors;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::arguments::Arguments;
use crate::diagnostics::Diagnostics;
use crate::listener::ungrouped;
use crate::names;
use crate::scope;

/// Expands `#[derive(Tables)]`.
pub fn tables(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let expansion = match syn::parse2::<syn::DeriveInput>(item) {
        Ok(input) => {
            let krate = Arguments::krate_of_derive("tables", &input.attrs, &mut diagnostics);
            let fields = fields(&input, &mut diagnostics);
            match diagnostics.is_empty() {
                true => expand(&krate, &input.ident, fields),
                // Of a generic type no impl is right for all.
                false if !input.generics.params.is_empty() => TokenStream::new(),
                false => stub(&krate, &input.ident),
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

/// The fields, which are the tables; a struct without any has none.
fn fields<'a>(
    input: &'a syn::DeriveInput,
    diagnostics: &mut Diagnostics,
) -> Option<&'a syn::FieldsNamed> {
    let ident = &input.ident;
    let syn::Data::Struct(data) = &input.data else {
        diagnostics.push(errors::not_a_struct(ident));
        return None;
    };
    if !input.generics.params.is_empty() {
        diagnostics.push(errors::generic(&input.generics));
    }
    match &data.fields {
        syn::Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
            diagnostics.push(errors::unnamed(fields));
            None
        }
        syn::Fields::Named(fields) if !fields.named.is_empty() => {
            let mut settings = fields.named.iter().filter(|field| is_settings(&field.ty));
            if let (Some(_), Some(second)) = (settings.next(), settings.next()) {
                diagnostics.push(errors::settings_twice(&second.ty));
            }
            Some(fields)
        }
        _ => None,
    }
}

/// Whether this is `Settings<…>`.
fn is_settings(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ungrouped(ty) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Settings")
}

/// Of each field everything is asked through one trait, at the author's own tokens: of one that is
/// no table rustc then says the same each time, and shows it once.
fn expand(krate: &syn::Path, ident: &syn::Ident, fields: Option<&syn::FieldsNamed>) -> TokenStream {
    let (real, krate) = (krate, scope::code());
    let fields = fields.into_iter().flat_map(|fields| &fields.named);
    let fields = fields.filter_map(|field| Some((field.ident.as_ref()?, &field.ty)));
    let (fields, types): (Vec<_>, Vec<_>) = fields.unzip();
    let of: Vec<_> =
        types.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as #krate::TableField>)).collect();
    let names: Vec<_> = fields.iter().map(|field| names::plain(field)).collect();
    let none = fields.is_empty().then(|| quote!(_));
    let (place, act) = (none.clone().unwrap_or(quote!(place)), none.unwrap_or(quote!(act)));
    let impls = quote! {
        #[automatically_derived]
        impl #krate::Tables for #ident {
            const TABLES: &'static [#krate::TableInfo] = &[#(
                #krate::TableInfo {
                    name: #names,
                    shape: #of::SHAPE,
                    is_kept: #of::IS_KEPT,
                    settings: #of::SETTINGS,
                }
            ),*];
            fn open(#place: &#krate::Place) -> Self {
                Self { #(#fields: #of::open(#names, place)),* }
            }
            fn each(&mut self, #act: &mut dyn ::core::ops::FnMut(&mut dyn #krate::Kept)) {
                #(act(#of::kept(&mut self.#fields));)*
            }
        }
    };
    scope::block(real, &impls)
}

/// The impl that other code relies on, for a type that did not compile.
fn stub(krate: &syn::Path, ident: &syn::Ident) -> TokenStream {
    let (real, krate) = (krate, scope::code());
    let impls = quote! {
        impl #krate::Tables for #ident {
            // That it has none would be a second mistake.
            const TABLES: &'static [#krate::TableInfo] =
                &[#krate::TableInfo {
                    name: "",
                    shape: 0,
                    is_kept: true,
                    settings: #krate::None,
                }];
            fn open(_: &#krate::Place) -> Self {
                ::core::unreachable!("did not compile")
            }
            fn each(&mut self, _: &mut dyn ::core::ops::FnMut(&mut dyn #krate::Kept)) {}
        }
    };
    scope::block(real, &impls)
}
