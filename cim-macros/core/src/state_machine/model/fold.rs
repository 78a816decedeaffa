//! Folding methods, and the rows that only replay takes.

use quote::ToTokens as _;

use super::super::syntax::{Arrow, Fold, Source};
use super::super::{answer, errors};
use super::{Builder, Folding, Row, check_kind};
use crate::names;

impl<'a> Builder<'a, '_> {
    pub(super) fn fold(&mut self, fold: &'a Fold, number: usize) {
        let signature = &fold.signature;
        check_kind(signature, self.diagnostics);
        if !matches!(
            signature.receiver().map(|this| &this.kind),
            Some(syn::ReceiverKind::Reference(_, _, Some(_)))
        ) {
            self.diagnostics.push(errors::folds_by_mutable_reference(signature));
        }
        let parameters: Vec<_> = signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                syn::FnArg::Typed(typed) => Some(answer::ungrouped(&typed.ty)),
                syn::FnArg::Receiver(_) => None,
            })
            .collect();
        let path = match parameters.as_slice() {
            [syn::Type::Reference(reference)] if reference.mutability.is_none() => {
                match answer::ungrouped(&reference.elem) {
                    syn::Type::Path(path) => &path.path,
                    _ => {
                        return self
                            .diagnostics
                            .push(errors::takes_no_event(signature, &self.model.syntax.examples));
                    }
                }
            }
            _ => {
                return self
                    .diagnostics
                    .push(errors::takes_no_event(signature, &self.model.syntax.examples));
            }
        };
        if !matches!(signature.output, syn::ReturnType::Default) {
            self.diagnostics.push(errors::fold_returns(&signature.output));
        }
        let emitted = self.model.events.iter().any(|event| event.name == answer::last_name(path));
        // What a method answers with that could not be read, perhaps.
        let all_read = self.model.methods.len() == self.model.syntax.deciders.len()
            && self.unusable_outputs.is_empty();
        if !emitted && !fold.replayed && !all_read {
            return;
        }
        if !emitted && !fold.replayed {
            let events: Vec<_> = self.model.events.iter().map(|it| it.name.clone()).collect();
            let examples = &self.model.syntax.examples;
            let mistake = errors::folds_what_nothing_emits(path, &events, examples);
            return self.diagnostics.push(mistake);
        }
        let Some(event) = self.event(path) else { return };
        if self.model.folds.iter().any(|other| other.event == event) {
            self.diagnostics.push(errors::folded_twice(&signature.ident, &answer::last_name(path)));
        }
        for arrow in &fold.arrows {
            if let ([Source::State(state)], []) =
                (arrow.sources.as_slice(), arrow.targets.as_slice())
                && names::plain(state) == self.model.events[event].name
                && self.known_state(state).is_none()
            {
                return self.diagnostics.push(errors::event_as_a_source(state));
            }
            self.replay_rows(arrow, event, number);
        }
        self.model.folds.push(Folding { ident: &signature.ident, event, replayed: fold.replayed });
    }

    pub(super) fn replay_rows(&mut self, arrow: &Arrow, event: usize, number: usize) {
        let target = match arrow.targets.as_slice() {
            [] => None,
            [target] => match self.state(&target.state) {
                Some(to) => Some((to, target.state.to_token_stream())),
                None => return,
            },
            [_, second, ..] => {
                return self.diagnostics.push(errors::replay_to_several(&second.state));
            }
        };
        for source in &arrow.sources {
            let from = match source {
                Source::State(ident) => self.state(ident).into_iter().collect::<Vec<_>>(),
                Source::Any(_) => (0..self.model.states.len())
                    .filter(|&state| !self.model.states[state].terminal)
                    .filter(|&state| target.as_ref().is_none_or(|(to, _)| *to != state))
                    .collect(),
            };
            for from in from {
                let source = source.to_token_stream();
                let (to, place) = target.clone().unwrap_or_else(|| (from, source.clone()));
                let arrow = number;
                let (method, follows) = (None, false);
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
            }
        }
    }
}
