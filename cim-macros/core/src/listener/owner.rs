//! The struct on whose `impl` the attribute stands.

use super::{Taker, errors, ungrouped};
use crate::diagnostics::Diagnostics;

/// The path of the struct; what cannot be one is reported.
pub(crate) fn owner(
    taker: Taker,
    item: &syn::ItemImpl,
    diagnostics: &mut Diagnostics,
) -> Option<syn::Path> {
    if let Some((of, _)) = &item.trait_ {
        diagnostics.push(errors::trait_impl(taker, of, &item.self_ty));
    }
    if let syn::Type::Path(path) = ungrouped(&item.self_ty)
        && let Some(segment) = path.path.segments.last()
    {
        if !item.generics.params.is_empty() || !segment.arguments.is_empty() {
            diagnostics.push(errors::generic(taker, &item.self_ty));
            return None;
        }
        return Some(path.path.clone());
    }
    diagnostics.push(errors::not_a_named_type(taker, &item.self_ty));
    None
}
