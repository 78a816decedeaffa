//! What the macro writes: the defaults, and a visit of each field with its limits.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{Setting, errors};
use crate::diagnostics::Diagnostic;
use crate::names;
use crate::scope;

/// Of each type everything is asked through one trait, at the author's own tokens: of one that cannot
/// be set rustc then says the same each time, and shows it once.
pub(super) fn expand(krate: &syn::Path, ident: &syn::Ident, settings: &[Setting]) -> TokenStream {
    let (real, krate) = (krate, scope::code());
    let fields: Vec<_> = settings.iter().map(|setting| &setting.field).collect();
    let keys = fields.iter().map(|field| names::plain(field));
    let of: Vec<_> = settings.iter().map(of).collect();
    let defaults = settings.iter().map(|setting| match &setting.default {
        Some(default) => {
            let of = self::of(setting);
            quote!(#of::of_const(#default))
        }
        None => quote!(#krate::None),
    });
    let limits = settings.iter().map(|setting| {
        let at = setting.ty.span();
        let krate = scope::code_at(at);
        let (min, max) = (limit(&setting.min, at), limit(&setting.max, at));
        quote_spanned!(at=> &#krate::Limits { min: #min, max: #max })
    });
    let shown: Vec<_> = fields.iter().map(|field| names::plain(field)).collect();
    let name = names::plain(ident);
    let sound = settings.iter().zip(&of).map(|(setting, of)| sound(setting, of));
    let impls = quote! {
        #[automatically_derived]
        impl #krate::Default for #ident {
            fn default() -> Self {
                Self { #(#fields: #defaults),* }
            }
        }
        #[automatically_derived]
        impl #krate::Clone for #ident {
            fn clone(&self) -> Self {
                Self { #(#fields: #krate::Clone::clone(&self.#fields)),* }
            }
        }
        #[automatically_derived]
        impl #krate::Debug for #ident {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                f.debug_struct(#name)#(.field(#shown, &self.#fields))*.finish()
            }
        }
        #[automatically_derived]
        impl #krate::Configured for #ident {
            fn visit(&mut self, visitor: &mut #krate::SettingsVisitor<'_>) {
                #(#of::visit(&mut self.#fields, #keys, #limits, visitor);)*
            }
        }
        #(#sound)*
    };
    scope::block(real, &impls)
}

fn of(setting: &Setting) -> TokenStream {
    let (krate, ty) = (scope::code(), &setting.ty);
    quote_spanned!(ty.span()=> <#ty as #krate::Setting>)
}

fn limit(limit: &Option<syn::Expr>, at: Span) -> TokenStream {
    let krate = scope::code_at(at);
    match limit {
        Some(limit) => quote_spanned!(at=> #krate::Some(#limit)),
        None => quote_spanned!(at=> #krate::None),
    }
}

/// Assertions that the default is between the limits, and the limits in their order.
fn sound(setting: &Setting, of: &TokenStream) -> TokenStream {
    let Setting { default, min, max, .. } = setting;
    let below = |less: &syn::Expr, more: &syn::Expr, mistake: Diagnostic| {
        mistake.unless(&quote!({
            const LESS: #of::Const = #less;
            const MORE: #of::Const = #more;
            LESS <= MORE
        }))
    };
    let default_min = default.as_ref().zip(min.as_ref());
    let default_max = default.as_ref().zip(max.as_ref());
    let crossed = min.as_ref().zip(max.as_ref());
    let default_min =
        default_min.map(|(default, min)| below(min, default, errors::default_below(default, min)));
    let default_max =
        default_max.map(|(default, max)| below(default, max, errors::default_above(default, max)));
    // A default between them says that they are in order.
    let crossed = crossed.filter(|_| default.is_none());
    let crossed = crossed.map(|(min, max)| below(min, max, errors::limits_cross(max, min)));
    quote!(#default_min #default_max #crossed)
}

/// The impls that other code relies on, for a type that did not compile.
pub(super) fn stub(krate: &syn::Path, ident: &syn::Ident) -> TokenStream {
    let (real, krate) = (krate, scope::code());
    let unusable = quote!(::core::unreachable!("did not compile"));
    let impls = quote! {
        impl #krate::Default for #ident { fn default() -> Self { #unusable } }
        impl #krate::Clone for #ident { fn clone(&self) -> Self { #unusable } }
        impl #krate::Debug for #ident {
            fn fmt(&self, _: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result { #unusable }
        }
        impl #krate::Configured for #ident {
            fn visit(&mut self, _: &mut #krate::SettingsVisitor<'_>) {}
        }
    };
    scope::block(real, &impls)
}
