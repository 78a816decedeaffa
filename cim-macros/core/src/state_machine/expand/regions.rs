//! The regions: what makes them parts of their owner.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::super::model::{Model, Region};
use super::{Names, stub};
use crate::scope;

/// `(PersonState, RegionStanding<Skills, Person>, …)`; the state alone where there are no regions.
pub(super) fn standing(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, owner, state, .. } = names;
    if model.regions.is_empty() {
        return quote!(#state);
    }
    let regions = model.regions.iter().map(|region| region.ty);
    quote!((#state, #(#krate::RegionStanding<#regions, #owner>),*))
}

/// `<<Skills as RegionOf<Person>>::Inside as ActsIn<Person, Skills>>`: what the owner asks a region
/// through.
pub(super) fn inside(names: &Names<'_>, region: &Region<'_>) -> TokenStream {
    let Names { krate, owner, .. } = names;
    let ty = region.ty;
    quote!(<<#ty as #krate::RegionOf<#owner>>::Inside as #krate::ActsIn<#owner, #ty>>)
}

/// `(state, region_0, …)`: binds the parts of the standing.
pub(super) fn parts(model: &Model<'_>) -> TokenStream {
    if model.regions.is_empty() {
        return quote!(state);
    }
    let regions = (0..model.regions.len()).map(bound);
    quote!((state, #(#regions),*))
}

fn bound(region: usize) -> syn::Ident {
    format_ident!("region_{region}")
}

/// Where the events of the regions lead: one arm for each.
pub(super) fn next_arms(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { krate, event, .. } = names;
    let arms = model.regions.iter().enumerate().map(|(index, it)| {
        let (variant, inside, parts) = (it.variant, inside(names, it), parts(model));
        let region = bound(index);
        quote! {
            (_, #event::#variant(event)) => {
                let #region = #inside::next(#region, event)?;
                #krate::Some(#parts)
            }
        }
    });
    quote!(#(#arms)*)
}

/// How the events of the regions are folded: one arm for each.
pub(super) fn apply_arms(names: &Names<'_>, model: &Model<'_>) -> TokenStream {
    let Names { event, .. } = names;
    let arms = model.regions.iter().map(|it| {
        let (Region { field, ty, variant, .. }, inside) = (it, inside(names, it));
        let data = data(ty, &quote!(region_mut));
        // By a pattern, as in `of`: of a field that is missing rustc then speaks once.
        quote! {
            #event::#variant(event) => {
                let Self { #field: it, .. } = self;
                #inside::apply(#data, event)
            }
        }
    });
    quote!(#(#arms)*)
}

/// The data of a region in its field, which `it` is bound to. Where the field has another type, rustc
/// says so at the region's name, and of both accesses the same.
fn data(ty: &syn::Path, access: &TokenStream) -> TokenStream {
    let span = ty.span();
    let code = scope::code_at(span);
    let it = syn::Ident::new("it", Span::call_site().located_at(span));
    quote_spanned!(span=> <_ as #code::HoldsRegion<#ty>>::#access(#it))
}

/// The regions in the machine's table.
pub(super) fn rows(names: &Names<'_>, model: &Model<'_>) -> Option<TokenStream> {
    let Names { krate, .. } = names;
    let rows = model.regions.iter().map(|it| {
        let (Region { field, open_in, .. }, inside) = (it, inside(names, it));
        let name = crate::names::plain(field);
        let open_in = open_in.iter().map(|&state| &model.states[state].name);
        quote! {
            #krate::RegionRow {
                name: #name,
                machine: #inside::MACHINE,
                open_in: &[#(#open_in),*],
            }
        }
    });
    (!model.regions.is_empty()).then(|| quote!(.with_regions(&[#(#rows),*])))
}

/// `fn regions(…) { … }`: shows each region to whoever asks.
pub(super) fn shown(names: &Names<'_>, model: &Model<'_>) -> Option<TokenStream> {
    let krate = &names.krate;
    let inside = model.regions.iter().map(|region| inside(names, region));
    let shown = quote! {
        fn regions<V: #krate::MachineVisitor<Self>>(to: &mut V) {
            #(#inside::show(to);)*
        }
    };
    (!model.regions.is_empty()).then_some(shown)
}

/// `impl InOneAggregate for Skills { type Owner = Person; … }`, for each region.
pub(super) fn within(names: &Names<'_>, model: &Model<'_>, sound: bool) -> TokenStream {
    let Names { krate, owner, state, event, .. } = names;
    let impls = model.regions.iter().enumerate().map(|(index, region)| {
        let Region { field, ty, variant, open_in, written } = region;
        let place = syn::Index::from(index + 1);
        let open_in: Vec<_> = match written {
            [] => open_in.iter().map(|&state| &model.states[state].ident).collect(),
            written => written.iter().collect(),
        };
        let is_open = match open_in.is_empty() {
            true => quote!({
                let _ = state;
                false
            }),
            false => quote!(::core::matches!(state, #(#state::#open_in)|*)),
        };
        let (data, inside) = (data(ty, &quote!(region)), inside(names, region));
        let (of, wrap, is_open) = match sound {
            true => (
                quote!(let #owner { #field: it, .. } = owner; #data),
                quote!(#event::#variant(#inside::held(event))),
                is_open,
            ),
            false => {
                let stub = stub();
                (
                    quote!(let _ = owner; #stub),
                    quote!(let _ = event; #stub),
                    quote!(let _ = state; #stub),
                )
            }
        };
        let span = ty.span();
        let code = scope::code_at(span);
        let own_names = sound.then(|| {
            quote_spanned! {span=>
                const _: () = {
                    const CLASH: #code::Clash =
                        #code::Clash::of(<#owner as #code::Machine>::MACHINE, #index);
                    ::core::assert!(CLASH.is_none(), "{}", CLASH.sentence());
                };
            }
        });
        let body = quote! {
                type Owner = #owner;
                fn of(owner: &#owner) -> &Self {
                    #of
                }
                fn at(standing: <#owner as #krate::Machine>::Standing) -> Self::State {
                    #inside::state(standing.#place)
                }
                fn wrap(event: Self::Event) -> #event {
                    #wrap
                }
                fn is_open(state: #state) -> bool {
                    #is_open
                }
        };
        // All of the impl's own tokens stand at the region's name, and so does what rustc says of it.
        let mut body = Group::new(Delimiter::Brace, body);
        body.set_span(span);
        // Asked here and nowhere else: inside of the impl it is taken for granted.
        let within = quote_spanned! {span=>
            impl #code::InOneAggregate for #ty
            where
                #ty: #code::Machine
            #body
        };
        quote! {
            impl #krate::RegionOf<#owner> for #ty {
                type Inside = #krate::Inside<{ #krate::Has::<#ty>::MACHINE.exists() }>;
            }
            #[allow(trivial_bounds)]
            #within
            #own_names
        }
    });
    quote!(#(#impls)*)
}
