//! The rules of a machine, one function each.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Shape;
use super::errors;
use super::model::{Model, Row};
use crate::diagnostics::Diagnostics;

pub(super) fn check(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    has_states(model, diagnostics);
    distinct_states(model, diagnostics);
    usable_names(model, diagnostics);
    one_initial_state(model, diagnostics);
    initial_is_not_terminal(model, diagnostics);
    one_target_per_event(model, diagnostics);
    no_way_out_of_terminal_states(model, diagnostics);
    repeated_events_are_accepted(model, diagnostics);
    // Whether states are connected can only be told once everything else is understood.
    if diagnostics.is_empty() {
        every_state_is_reachable(model, diagnostics);
        no_dead_ends(model, diagnostics);
    }
}

fn has_states(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    if model.states.is_empty() && diagnostics.is_empty() {
        diagnostics.push(errors::no_states(model.syntax.owner_ident(), &model.syntax.examples));
    }
}

fn distinct_states(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    for (i, state) in model.states.iter().enumerate() {
        if model.states[..i].iter().any(|other| other.name == state.name) {
            diagnostics.push(errors::declared_twice(&state.ident));
        }
    }
}

// States become variants, and `Self` can be none.
fn usable_names(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    for state in &model.states {
        if syn::parse_str::<syn::Ident>(&state.ident.to_string()).is_err() {
            diagnostics.push(errors::keyword_as_state(&state.ident));
        }
    }
}

// Every instance starts somewhere, and replay must start at the same place.
fn one_initial_state(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    let mut initial = model.states.iter().filter(|state| state.initial);
    match (initial.next(), initial.next()) {
        (None, _) => {
            if let Some(first) = model.states.first()
                && diagnostics.is_empty()
            {
                diagnostics.push(errors::no_initial_state(&first.ident));
            }
        }
        (Some(first), Some(second)) => {
            diagnostics.push(errors::two_initial_states(&second.ident, &first.name));
        }
        (Some(_), None) => {}
    }
}

// An instance that is over before it began can never have an event.
fn initial_is_not_terminal(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    for state in model.states.iter().filter(|state| state.initial && state.terminal) {
        diagnostics.push(errors::initial_and_terminal(&state.ident));
    }
}

// Replay knows the state and the event, and nothing of what the decision saw.
fn one_target_per_event(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    let mut targets: BTreeMap<(usize, usize), &Row> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for row in &model.rows {
        let first = targets.entry((row.from, row.event)).or_insert(row);
        // A target that is wrong from one of its sources is one mistake, however many there are.
        if first.to != row.to && told.insert((row.arrow, row.event)) {
            let from = &model.states[row.from].name;
            let event = &model.events[row.event].name;
            let both = [&model.states[first.to].name, &model.states[row.to].name];
            diagnostics.push(errors::two_targets(&row.place, from, event, both));
        }
    }
}

// Terminal is a promise to everyone who reads the log: nothing more will happen.
fn no_way_out_of_terminal_states(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    for decision in &model.decisions {
        let state = &model.states[decision.state];
        if state.terminal && !state.initial {
            let command = &model.commands[model.methods[decision.method].command].name;
            diagnostics.push(errors::way_out_of_terminal(&decision.place, &state.name, command));
        }
    }
    // What is only replayed, and what a sequence goes on with in the state it has come to.
    let is_decided_here = |row: &Row| {
        let mut decisions = model.decisions.iter();
        decisions.any(|decision| decision.state == row.from && Some(decision.method) == row.method)
    };
    for row in model.rows.iter().filter(|row| !is_decided_here(row)) {
        let state = &model.states[row.from];
        if state.terminal {
            let event = &model.events[row.event].name;
            let place = if row.method.is_none() { &row.source } else { &row.place };
            diagnostics.push(errors::event_after_the_end(place, &state.name, event));
        }
    }
}

// The second event of a `Vec` happens in the state that the first has led to.
fn repeated_events_are_accepted(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for row in &model.rows {
        let Some(method) = row.method else { continue };
        let method = &model.methods[method];
        if !matches!(method.answer.shape, Shape::Many(_)) {
            continue;
        }
        let accepted = model.rows.iter().any(|next| next.from == row.to && next.event == row.event);
        if !accepted && told.insert((row.arrow, row.to)) {
            let (event, state) = (&model.events[row.event].name, &model.states[row.to].name);
            diagnostics.push(errors::second_event_not_accepted(&row.place, event, state));
        }
    }
}

// A state that nobody can enter is a promise that the domain does not keep.
fn every_state_is_reachable(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    let Some(initial) = model.states.iter().position(|state| state.initial) else { return };
    let mut reached = model.reachable_from(&[initial]);
    let lost = |state: usize, reached: &[bool]| {
        let led_to =
            model.rows.iter().any(|row| row.to == state && row.from != state && !reached[row.from]);
        !reached[state] && !led_to
    };
    // First the states that nothing leads to; then, of states that lead to each other, the first.
    for only_roots in [true, false] {
        for state in 0..model.states.len() {
            if reached[state] || (only_roots && !lost(state, &reached)) {
                continue;
            }
            let from = &model.states[initial].name;
            diagnostics.push(errors::unreachable_state(&model.states[state].ident, from));
            for (reached, now) in reached.iter_mut().zip(model.reachable_from(&[state])) {
                *reached |= now;
            }
        }
    }
}

// An instance that comes here stays here: that is what `terminal` says, and tells its readers.
fn no_dead_ends(model: &Model<'_>, diagnostics: &mut Diagnostics) {
    // One that nothing leads to, either, is reported already.
    let initial = model.states.iter().position(|state| state.initial);
    let reached = model.reachable_from(initial.as_slice());
    for (index, state) in model.states.iter().enumerate().filter(|(index, _)| reached[*index]) {
        let takes_any = model.decisions.iter().any(|decision| decision.state == index)
            || model.regions.iter().any(|region| region.open_in.contains(&index));
        if !state.terminal && !takes_any {
            diagnostics.push(errors::dead_end(&state.ident));
        }
    }
}
