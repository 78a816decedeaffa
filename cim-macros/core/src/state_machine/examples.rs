//! Names of the user's own, for what a help says to write.

use super::answer;
use super::syntax::{Arrow, Source, StateDecl};
use crate::names;

/// What stands in the header and in the signatures, whether or not it makes sense.
#[derive(Default)]
pub(super) struct Examples {
    owner: String,
    states: Vec<String>,
    /// The events of the answers.
    emitted: Vec<String>,
    /// The events of the folds.
    folded: Vec<String>,
    refusal: Option<String>,
    /// The methods without an attribute of ours, and the names in what they return.
    unmarked: Vec<(String, Vec<String>)>,
}

impl Examples {
    pub(super) fn new(owner: String, states: &[StateDecl]) -> Self {
        let states = states.iter().map(|state| names::plain(&state.ident)).collect();
        Self { owner, states, ..Self::default() }
    }

    /// Takes in the events and the refusal of a deciding method, or of an output.
    pub(super) fn answer(&mut self, signature: &syn::Signature) {
        self.emitted.extend(answer::events_of(&signature.output));
        self.refusal = self.refusal.take().or_else(|| answer::refusal_of(&signature.output));
    }

    /// Takes in a method without an attribute of ours.
    pub(super) fn other(&mut self, signature: &syn::Signature) {
        let events = answer::events_of(&signature.output);
        self.unmarked.push((names::plain(&signature.ident), events));
    }

    /// The method without an attribute of ours that returns this.
    pub(super) fn unmarked(&self, event: &str) -> Option<&str> {
        let returns = |(_, events): &&(String, Vec<String>)| events.iter().any(|it| it == event);
        self.unmarked.iter().find(returns).map(|(method, _)| method.as_str())
    }

    /// Takes in the event of a folding method.
    pub(super) fn fold(&mut self, signature: &syn::Signature) {
        let Some(syn::FnArg::Typed(event)) = signature.inputs.get(1) else { return };
        let ty = match &*event.ty {
            syn::Type::Reference(reference) => &*reference.elem,
            ty => ty,
        };
        if let syn::Type::Path(path) = ty {
            self.folded.push(answer::last_name(&path.path));
        }
    }

    /// Takes in the states of an arrow where the header has none.
    pub(super) fn arrow(&mut self, arrow: &Arrow) {
        let sources = arrow.sources.iter().filter_map(|source| match source {
            Source::State(state) => Some(state),
            Source::Any(_) => None,
        });
        let states = sources.chain(arrow.targets.iter().map(|target| &target.state));
        for state in states.map(names::plain) {
            if !self.states.contains(&state) {
                self.states.push(state);
            }
        }
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    /// Two states.
    pub(super) fn states(&self) -> [&str; 2] {
        match self.states.as_slice() {
            [] => ["Draft", "Done"],
            [one] => [one, one],
            [first, second, ..] => [first, second],
        }
    }

    /// The command that a method of this name would decide: `LendBook` for `lend`.
    pub(super) fn command(&self, method: &syn::Ident) -> String {
        let verb = names::camel_case(&names::plain(method));
        if verb.ends_with(&self.owner) { verb } else { format!("{verb}{}", self.owner) }
    }

    /// An event that nothing emits yet, or any.
    pub(super) fn event(&self) -> String {
        let lost = self.folded.iter().find(|event| !self.emitted.contains(event));
        let any = lost.or_else(|| self.emitted.first());
        any.cloned().unwrap_or_else(|| format!("{}{}", self.owner, self.states()[1]))
    }

    /// Such an event, if it is not this one.
    pub(super) fn event_but(&self, name: &str) -> String {
        let event = self.event();
        if event == name { format!("{}{}", self.owner, self.states()[1]) } else { event }
    }

    /// An event that nothing folds yet, or any.
    pub(super) fn unfolded(&self) -> String {
        let lost = self.emitted.iter().find(|event| !self.folded.contains(event));
        lost.cloned().unwrap_or_else(|| self.event())
    }

    /// How the machine says no.
    pub(super) fn refusal(&self) -> String {
        self.refusal.clone().unwrap_or_else(|| format!("{}Refused", self.owner))
    }
}
