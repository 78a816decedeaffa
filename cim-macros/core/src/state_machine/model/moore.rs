//! Moore machines: the event follows from the state that is entered.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::super::syntax::{Arrow, Kind, Output, Target};
use super::super::{answer, errors};
use super::{Builder, Claim, Emission, Row, Way, check_kind};

impl<'a> Builder<'a, '_> {
    pub(super) fn output(&mut self, output: &'a Output) {
        check_kind(&output.signature, self.diagnostics);
        if self.model.syntax.kind == Kind::Mealy {
            return self.diagnostics.push(errors::output_of_a_mealy_machine(&output.attribute));
        }
        let Some(ident) = &output.state else { return };
        let Some(state) = self.state(ident) else { return };
        match self.emission(&output.signature, ident, state) {
            Some(emission) => self.model.outputs.push(emission),
            None => self.unusable_outputs.push(state),
        }
    }

    pub(super) fn emission(
        &mut self,
        signature: &'a syn::Signature,
        ident: &'a syn::Ident,
        state: usize,
    ) -> Option<Emission<'a>> {
        let is_plain = matches!(
            signature.receiver().map(|this| &this.kind),
            Some(syn::ReceiverKind::Reference(_, _, None))
        );
        if !is_plain || signature.inputs.len() > 1 {
            self.diagnostics.push(errors::output_takes_more(signature));
        }
        let syn::ReturnType::Type(_, ty) = &signature.output else {
            let owner = self.model.syntax.owner_ident();
            self.diagnostics.push(errors::output_returns_nothing(&signature.ident, owner, ident));
            return None;
        };
        let event = answer::event(ty, self.diagnostics)?;
        let event = self.event(&event)?;
        for other in &self.model.outputs {
            if other.state == state {
                self.diagnostics.push(errors::two_outputs(ident));
                return None;
            }
            if other.event == event {
                let name = &self.model.events[event].name;
                let first = &self.model.states[other.state].name;
                self.diagnostics.push(errors::one_event_for_two_states(ident, name, first));
                return None;
            }
        }
        Some(Emission { state, event, ident: &signature.ident, place: ident })
    }

    /// In a Moore machine an arrow leads to one state, whose event it is.
    pub(super) fn way_in(&mut self, arrow: &Arrow) -> Option<Vec<Way>> {
        match arrow.targets.as_slice() {
            [] => None,
            [Target { state, on: None }] => {
                let to = self.state(state)?;
                let place = state.to_token_stream();
                let event = self.output_of(to, &place)?;
                Some(vec![Way { event, target: Some((to, place)), on: None }])
            }
            [Target { on: Some(on), .. }, ..] => {
                self.diagnostics.push(errors::moore_names_an_event(on));
                None
            }
            [_, second, ..] => {
                self.diagnostics.push(errors::moore_has_one_target(&second.state));
                None
            }
        }
    }

    /// The event of a Moore machine's state, which is reported if it has none.
    pub(super) fn output_of(&mut self, state: usize, place: &TokenStream) -> Option<usize> {
        let output = self.model.outputs.iter().find(|output| output.state == state);
        if output.is_none() && !self.unusable_outputs.contains(&state) {
            let name = &self.model.states[state].name;
            self.diagnostics.push(errors::state_without_output(place, name));
        }
        output.map(|output| output.event)
    }

    /// The output of the state that a Moore machine's arrow enters; one that stays enters the state
    /// it is in again, and gets its row here.
    pub(super) fn walk_in(
        &mut self,
        from: usize,
        claim: &Claim<'a>,
        source: &TokenStream,
    ) -> Option<usize> {
        let entered = match (claim.ways.as_slice(), claim.arrow.targets.as_slice()) {
            ([way], _) => way.target.as_ref().map(|(to, _)| *to)?,
            ([], []) => {
                let event = self.output_of(from, source)?;
                let (method, arrow) = (Some(claim.method), claim.number);
                let (place, source) = (source.clone(), source.clone());
                let (to, follows) = (from, false);
                let row = Row {
                    from,
                    event,
                    to,
                    method,
                    place,
                    source,
                    arrow,
                    follows,
                    ends: to,
                    on: None,
                };
                self.model.rows.push(row);
                from
            }
            _ => return None,
        };
        self.model.outputs.iter().position(|output| output.state == entered)
    }
}
