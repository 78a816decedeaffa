//! The traits of std that a macro adds for the author.

mod written;

use proc_macro2::TokenStream;
use quote::quote;

use crate::fields;
use crate::item::Item;

/// A trait of core that can be derived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Derive {
    Clone,
    Debug,
    PartialEq,
}

/// What the author has not derived below our attribute.
pub(crate) struct Added {
    /// `#[derive(…)]`, to stand above the item.
    pub(crate) derives: TokenStream,
    /// What is written out, to stand with our other impls.
    pub(crate) impls: TokenStream,
}

/// The wanted traits. rustc derives them where it cannot fail. Of a part that lacks them its derives
/// would say three things, and it may lack an encoding as well: where there may be such a part, the
/// traits are written out, and ask for nothing if there is no encoding.
pub(crate) fn added(wanted: &[Derive], item: &Item, sound: bool) -> Added {
    let missing = wanted.iter().copied().filter(|derive| !is_derived(*derive, item.attrs()));
    if sound && item.fields().any(|field| !fields::is_of_std(&field.ty)) {
        let impls = missing.map(|derive| written::written(derive, item)).collect();
        return Added { derives: TokenStream::new(), impls };
    }
    let paths = missing.map(|derive| match derive {
        Derive::Clone => quote!(::core::clone::Clone),
        Derive::Debug => quote!(::core::fmt::Debug),
        Derive::PartialEq => quote!(::core::cmp::PartialEq),
    });
    Added { derives: quote!(#[derive(#(#paths),*)]), impls: TokenStream::new() }
}

fn is_derived(derive: Derive, attrs: &[syn::Attribute]) -> bool {
    let name = match derive {
        Derive::Clone => "Clone",
        Derive::Debug => "Debug",
        Derive::PartialEq => "PartialEq",
    };
    let mut derived = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // A derive that cannot be read is rustc's to report.
        let _ = attr.parse_nested_meta(|meta| {
            derived |= meta.path.segments.last().is_some_and(|last| last.ident == name);
            Ok(())
        });
    }
    derived
}
