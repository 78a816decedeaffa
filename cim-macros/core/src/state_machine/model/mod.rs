//! What the machine means: which command is taken where, and where each event leads.

mod fold;
mod moore;
mod region;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::answer::{self, Answer, Shape};
use super::errors;
use super::syntax::{Arrow, Decider, Kind, Source, Syntax, Target};
use crate::diagnostics::Diagnostics;
use crate::names;

pub(super) use region::Region;

/// The machine, with all names resolved. Indices point into its own lists.
pub(super) struct Model<'a> {
    pub(super) syntax: &'a Syntax,
    pub(super) states: Vec<State>,
    pub(super) commands: Vec<Named>,
    pub(super) events: Vec<Named>,
    pub(super) methods: Vec<Method<'a>>,
    /// Which event a Moore machine has in a state.
    pub(super) outputs: Vec<Emission<'a>>,
    pub(super) folds: Vec<Folding<'a>>,
    pub(super) regions: Vec<Region<'a>>,
    /// Which method decides a command in a state, in source order.
    pub(super) decisions: Vec<Decision>,
    /// Where an event leads, in source order; several may say the same.
    pub(super) rows: Vec<Row>,
}

/// A state.
pub(super) struct State {
    pub(super) ident: syn::Ident,
    pub(super) name: String,
    pub(super) initial: bool,
    pub(super) terminal: bool,
}

/// A command or an event: its path as it was first written, and its last name.
pub(super) struct Named {
    pub(super) path: syn::Path,
    pub(super) name: String,
}

/// A deciding method whose signature could be read.
pub(super) struct Method<'a> {
    pub(super) ident: &'a syn::Ident,
    pub(super) command: usize,
    /// The type of the second parameter.
    pub(super) context: Option<&'a syn::Type>,
    pub(super) answer: Answer,
    /// The events of the answer, in its order.
    pub(super) events: Vec<usize>,
}

/// The event of a Moore machine's state, and the method that makes it.
pub(super) struct Emission<'a> {
    pub(super) state: usize,
    pub(super) event: usize,
    pub(super) ident: &'a syn::Ident,
    /// The state as it is written in the attribute.
    pub(super) place: &'a syn::Ident,
}

/// A folding method whose signature could be read.
pub(super) struct Folding<'a> {
    pub(super) ident: &'a syn::Ident,
    pub(super) event: usize,
    /// Whether it says where the event leads: then it is there for that, also of an event that has
    /// nothing to be folded.
    pub(super) replayed: bool,
}

/// In this state, the method decides the command.
pub(super) struct Decision {
    pub(super) state: usize,
    pub(super) method: usize,
    /// In a Moore machine, the output of the state that is entered.
    pub(super) output: Option<usize>,
    /// What says so: the state or the `*`.
    pub(super) place: TokenStream,
}

/// From one state, an event leads to another.
pub(super) struct Row {
    pub(super) from: usize,
    pub(super) event: usize,
    pub(super) to: usize,
    /// The method that decides it; none if it is only replayed.
    pub(super) method: Option<usize>,
    /// What says so: the target, or the source where there is none.
    pub(super) place: TokenStream,
    /// The source: the state or the `*`.
    pub(super) source: TokenStream,
    /// The arrow, by its number.
    pub(super) arrow: usize,
    /// Whether the event follows another in its commit, so that no command is taken here for it.
    pub(super) follows: bool,
    /// Where the whole commit leads.
    pub(super) ends: usize,
    /// The event's name behind `on`.
    pub(super) on: Option<syn::Ident>,
}

/// An arrow of a deciding method, with its targets resolved.
struct Claim<'a> {
    method: usize,
    arrow: &'a Arrow,
    number: usize,
    /// Where each event of the method leads; empty if that could not be told.
    ways: Vec<Way>,
}

/// Where an event leads.
struct Way {
    event: usize,
    /// The state and what says so; none if the event stays.
    target: Option<(usize, TokenStream)>,
    /// The event's name behind `on`.
    on: Option<syn::Ident>,
}

impl Model<'_> {
    /// The states that can be reached from these.
    pub(super) fn reachable_from(&self, start: &[usize]) -> Vec<bool> {
        let mut reached = vec![false; self.states.len()];
        let mut next = start.to_vec();
        while let Some(state) = next.pop() {
            if std::mem::replace(&mut reached[state], true) {
                continue;
            }
            next.extend(self.rows.iter().filter(|row| row.from == state).map(|row| row.to));
        }
        reached
    }

    /// Each (state, event) with where it leads, once, in source order.
    pub(super) fn distinct_rows(&self) -> Vec<&Row> {
        let mut seen = BTreeMap::new();
        self.rows.iter().filter(|row| seen.insert((row.from, row.event), ()).is_none()).collect()
    }
}

/// Resolves what was written. What cannot be resolved is reported and left out.
pub(super) fn build<'a>(syntax: &'a Syntax, diagnostics: &mut Diagnostics) -> Model<'a> {
    let mut builder = Builder {
        diagnostics,
        unusable_outputs: Vec::new(),
        model: Model {
            syntax,
            states: states(syntax),
            commands: Vec::new(),
            events: Vec::new(),
            methods: Vec::new(),
            outputs: Vec::new(),
            folds: Vec::new(),
            regions: Vec::new(),
            decisions: Vec::new(),
            rows: Vec::new(),
        },
    };
    for output in &syntax.outputs {
        builder.output(output);
    }
    let mut claims = Vec::new();
    for decider in &syntax.deciders {
        let Some(method) = builder.method(decider) else { continue };
        for arrow in &decider.arrows {
            let number = claims.len();
            let ways = builder.ways(method, arrow).unwrap_or_default();
            claims.push(Claim { method, arrow, number, ways });
        }
    }
    builder.explicit_decisions(&claims);
    builder.decisions_of_stars(&claims);
    for (number, fold) in syntax.folds.iter().enumerate() {
        builder.fold(fold, claims.len() + number);
    }
    for region in &syntax.regions {
        builder.region(region);
    }
    builder.model
}

fn states(syntax: &Syntax) -> Vec<State> {
    let states = syntax.states.iter().map(|state| State {
        ident: state.ident.clone(),
        name: names::plain(&state.ident),
        initial: state.initial.is_some(),
        terminal: state.terminal.is_some(),
    });
    states.collect()
}

struct Builder<'a, 'd> {
    model: Model<'a>,
    /// The states whose output could not be read, which was reported.
    unusable_outputs: Vec<usize>,
    diagnostics: &'d mut Diagnostics,
}

impl<'a> Builder<'a, '_> {
    fn method(&mut self, decider: &'a Decider) -> Option<usize> {
        let signature = &decider.signature;
        check_kind(signature, self.diagnostics);
        if !matches!(
            signature.receiver().map(|this| &this.kind),
            Some(syn::ReceiverKind::Reference(_, _, None))
        ) {
            self.diagnostics.push(errors::decides_by_reference(signature));
        }
        let mut parameters = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => Some(typed),
            syn::FnArg::Receiver(_) => None,
        });
        let answer = match self.model.syntax.kind {
            Kind::Mealy => answer::read(signature, &self.model.syntax.examples, self.diagnostics),
            Kind::Moore => answer::read_guard(signature, self.diagnostics),
        };
        let Some(command) = parameters.next() else {
            self.diagnostics.push(errors::takes_no_command(signature, &self.model.syntax.examples));
            return None;
        };
        let context = parameters.next().map(|context| answer::ungrouped(&context.ty));
        if let Some(second) = context
            && is_context(&command.ty)
        {
            self.diagnostics.push(errors::context_before_the_command(&command.ty, second));
            return None;
        }
        if let Some(context) = context
            && !is_reference_to_path(context)
        {
            self.diagnostics.push(match is_context(context) {
                true => errors::context_by_value(context),
                false => errors::not_the_context(context),
            });
        }
        if let Some(third) = parameters.next() {
            self.diagnostics.push(errors::takes_too_much(third));
        }
        let syn::Type::Path(command) = answer::ungrouped(&command.ty) else {
            let example = self.model.syntax.examples.command(&signature.ident);
            let context = is_context(&command.ty);
            self.diagnostics.push(errors::not_a_command_type(&command.ty, &example, context));
            return None;
        };
        let command = self.command(&command.path);
        let answer = answer?;
        let events = answer.shape.events().into_iter().map(|path| self.event(path));
        let events = events.collect::<Option<Vec<_>>>()?;
        let method = Method { ident: &signature.ident, command, context, answer, events };
        self.model.methods.push(method);
        Some(self.model.methods.len() - 1)
    }

    /// The command of this path, which is known by its last name alone.
    fn command(&mut self, path: &syn::Path) -> usize {
        let command = intern(&mut self.model.commands, path);
        let first = &self.model.commands[command].path;
        if first != path {
            self.diagnostics.push(errors::two_commands_of_one_name(path, first));
        }
        command
    }

    /// The event of this path, which is known by its last name alone.
    fn event(&mut self, path: &syn::Path) -> Option<usize> {
        let event = intern(&mut self.model.events, path);
        let first = &self.model.events[event].path;
        if first != path {
            self.diagnostics.push(errors::two_events_of_one_name(path, first));
            return None;
        }
        Some(event)
    }

    /// Where each event of the method leads by this arrow. What is wrong with its targets is
    /// reported once, however many sources it has.
    fn ways(&mut self, method: usize, arrow: &Arrow) -> Option<Vec<Way>> {
        if self.model.syntax.kind == Kind::Moore {
            return self.way_in(arrow);
        }
        if !self.targets_name_their_events(arrow, method) {
            return None;
        }
        let mut ways = Vec::new();
        for event in self.model.methods[method].events.clone() {
            let name = self.model.events[event].name.clone();
            let is_its = |target: &&Target| {
                target.on.as_ref().is_none_or(|on| answer::last_name(on) == name)
            };
            let mut targets = arrow.targets.iter().filter(is_its);
            let mut on = None;
            let target = match (targets.next(), targets.next()) {
                (Some(first), Some(second)) => {
                    let mistake = errors::several_targets(&second.state, &name, &first.state);
                    self.diagnostics.push(mistake);
                    return None;
                }
                (Some(target), None) => {
                    let path = target.on.as_ref();
                    on = path.and_then(|on| Some(on.segments.last()?.ident.clone()));
                    Some((self.state(&target.state)?, target.state.to_token_stream()))
                }
                (None, _) => None,
            };
            ways.push(Way { event, target, on });
        }
        Some(ways)
    }

    /// Where a method has several events, each target says on which of them it is reached.
    fn targets_name_their_events(&mut self, arrow: &Arrow, method: usize) -> bool {
        let method = &self.model.methods[method];
        let names: Vec<_> =
            method.events.iter().map(|&event| self.model.events[event].name.clone()).collect();
        let mut mistakes = Vec::new();
        for target in &arrow.targets {
            match &target.on {
                Some(on) if !names.contains(&answer::last_name(on)) => {
                    mistakes.push(errors::on_another_event(on, method.ident, &names));
                }
                None if names.len() > 1 => {
                    mistakes.push(errors::target_without_event(&target.state, &names));
                }
                _ => {}
            }
        }
        if let (Shape::Alternatives(_), [], [first, ..]) =
            (&method.answer.shape, mistakes.as_slice(), arrow.targets.as_slice())
        {
            let leads = |name: &String| {
                let mut ons = arrow.targets.iter().filter_map(|target| target.on.as_ref());
                ons.any(|on| answer::last_name(on) == *name)
            };
            let lost = names.iter().filter(|name| !leads(name));
            mistakes =
                lost.map(|name| errors::alternative_without_target(&first.state, name)).collect();
        }
        let sound = mistakes.is_empty();
        mistakes.into_iter().for_each(|mistake| self.diagnostics.push(mistake));
        sound
    }

    fn explicit_decisions(&mut self, claims: &[Claim<'a>]) {
        for claim in claims {
            for source in &claim.arrow.sources {
                let Source::State(ident) = source else { continue };
                let Some(state) = self.state(ident) else { continue };
                self.decide(state, claim, ident.to_token_stream());
            }
        }
    }

    /// A `*` stands for every state that is not terminal, is not the target, and takes the command
    /// nowhere else.
    fn decisions_of_stars(&mut self, claims: &[Claim<'a>]) {
        let mut starred: Vec<usize> = Vec::new();
        for claim in claims {
            let star = claim.arrow.sources.iter().find_map(|source| match source {
                Source::Any(star) => Some(star.to_token_stream()),
                Source::State(_) => None,
            });
            let Some(star) = star else { continue };
            let command = self.model.methods[claim.method].command;
            if starred.contains(&command) {
                self.diagnostics.push(errors::two_stars(&star, &self.model.commands[command].name));
                continue;
            }
            starred.push(command);
            let target = match claim.arrow.targets.as_slice() {
                [Target { state, .. }] => self.known_state(state),
                _ => None,
            };
            let mut any = false;
            for state in 0..self.model.states.len() {
                if self.model.states[state].terminal
                    || Some(state) == target
                    || self.takes(state, command)
                {
                    continue;
                }
                any = true;
                self.decide(state, claim, star.clone());
            }
            if !any {
                self.diagnostics
                    .push(errors::star_for_nothing(&star, &self.model.commands[command].name));
            }
        }
    }

    fn takes(&self, state: usize, command: usize) -> bool {
        let mut decisions = self.model.decisions.iter();
        decisions.any(|decision| {
            decision.state == state && self.model.methods[decision.method].command == command
        })
    }

    fn decide(&mut self, state: usize, claim: &Claim<'a>, place: TokenStream) {
        let method = claim.method;
        let command = self.model.methods[method].command;
        if self.takes(state, command) {
            let (state, command) =
                (&self.model.states[state].name, &self.model.commands[command].name);
            self.diagnostics.push(errors::taken_twice(&place, state, command));
            return;
        }
        let output = match self.model.syntax.kind {
            Kind::Mealy => None,
            Kind::Moore => self.walk_in(state, claim, &place),
        };
        self.walk(state, claim, &place);
        self.model.decisions.push(Decision { state, method, output, place });
    }

    /// Adds the rows of one arrow from one state. Of a sequence, each event happens in the state
    /// that the one before has led to.
    fn walk(&mut self, from: usize, claim: &Claim<'a>, source: &TokenStream) {
        let method = claim.method;
        let sequence = matches!(self.model.methods[method].answer.shape, Shape::Sequence(_));
        let first = self.model.rows.len();
        let mut from = from;
        for (part, way) in claim.ways.iter().enumerate() {
            let (to, place) = way.target.clone().unwrap_or_else(|| (from, source.clone()));
            self.model.rows.push(Row {
                from,
                event: way.event,
                to,
                method: Some(method),
                place,
                source: source.clone(),
                arrow: claim.number,
                follows: sequence && part > 0,
                ends: to,
                on: way.on.clone(),
            });
            if sequence {
                from = to;
            }
        }
        if sequence {
            self.model.rows[first..].iter_mut().for_each(|row| row.ends = from);
        }
    }

    /// The declared state of this name, which is reported if there is none.
    fn state(&mut self, ident: &syn::Ident) -> Option<usize> {
        let state = self.known_state(ident);
        if state.is_none() {
            let declared: Vec<_> =
                self.model.states.iter().map(|state| state.name.clone()).collect();
            let owner = self.model.syntax.owner_ident();
            self.diagnostics.push(errors::undeclared_state(ident, owner, &declared));
        }
        state
    }

    fn known_state(&self, ident: &syn::Ident) -> Option<usize> {
        let name = names::plain(ident);
        self.model.states.iter().position(|state| state.name == name)
    }
}

fn intern(named: &mut Vec<Named>, path: &syn::Path) -> usize {
    let name = answer::last_name(path);
    if let Some(known) = named.iter().position(|known| known.name == name) {
        return known;
    }
    named.push(Named { path: path.clone(), name });
    named.len() - 1
}

/// What a context may look like: behind an alias only rustc knows it.
fn is_reference_to_path(ty: &syn::Type) -> bool {
    let syn::Type::Reference(reference) = ty else { return false };
    let elem = answer::ungrouped(&reference.elem);
    reference.mutability.is_none() && matches!(elem, syn::Type::Path(_))
}

/// Whether a parameter is the context, however it is taken.
fn is_context(ty: &syn::Type) -> bool {
    match answer::ungrouped(ty) {
        syn::Type::Reference(reference) => is_context(&reference.elem),
        syn::Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|last| last.ident == "Context" && !last.arguments.is_empty())
        }
        _ => false,
    }
}

/// Rules for every method of a machine.
fn check_kind(signature: &syn::Signature, diagnostics: &mut Diagnostics) {
    if let Some(token) = &signature.asyncness {
        diagnostics.push(errors::async_method(token));
    }
    if !matches!(signature.safety, syn::Safety::Default) {
        diagnostics.push(errors::unsafe_method(signature));
    }
    if !signature.generics.params.is_empty() {
        diagnostics.push(errors::generic_method(&signature.generics));
    }
}
