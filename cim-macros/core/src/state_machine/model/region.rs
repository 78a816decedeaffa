//! Regions: machines inside of this one.

use super::super::syntax::RegionDecl;
use super::super::{answer, errors};
use super::Builder;

/// A region whose declaration could be read.
pub(in super::super) struct Region<'a> {
    /// The field of the owner that holds it.
    pub(in super::super) field: &'a syn::Ident,
    pub(in super::super) ty: &'a syn::Path,
    /// The last name of its type: the variant of its events.
    pub(in super::super) variant: &'a syn::Ident,
    /// The states in which its commands are taken.
    pub(in super::super) open_in: Vec<usize>,
    /// Their names as they are written there, if they are.
    pub(in super::super) written: &'a [syn::Ident],
}

impl<'a> Builder<'a, '_> {
    pub(super) fn region(&mut self, region: &'a RegionDecl) {
        let RegionDecl { field, ty, open_in } = region;
        let Some(variant) = ty.segments.last().map(|segment| &segment.ident) else { return };
        if let Some(first) = self.model.regions.iter().find(|other| other.field == field) {
            self.diagnostics.push(errors::two_regions_of_one_field(field, first.ty));
        }
        if self.model.regions.iter().any(|other| other.variant == variant) {
            return self.diagnostics.push(errors::two_regions_of_one_type(ty));
        }
        if variant == self.model.syntax.owner_ident() {
            return self.diagnostics.push(errors::region_of_itself(ty));
        }
        let name = answer::last_name(ty);
        if self.model.events.iter().any(|event| event.name == name) {
            self.diagnostics.push(errors::event_named_as_a_region(ty, &name));
        }
        let written = open_in.as_slice();
        let open_in = match written {
            [] => (0..self.model.states.len())
                .filter(|&state| !self.model.states[state].terminal)
                .collect(),
            states => states.iter().filter_map(|state| self.open_state(state, field)).collect(),
        };
        self.model.regions.push(Region { field, ty, variant, open_in, written });
    }

    fn open_state(&mut self, ident: &syn::Ident, field: &syn::Ident) -> Option<usize> {
        let state = self.state(ident)?;
        if self.model.states[state].terminal {
            self.diagnostics.push(errors::region_in_a_terminal_state(ident, field));
        }
        Some(state)
    }
}
