//! A machine, compared with the lines of its events: what is gone, only it can see.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::Problem;
use super::{Lock, errors};
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::scope;

/// A machine, and what its events are called.
pub(crate) struct StoredMachine<'a> {
    pub(crate) owner: &'a syn::Path,
    pub(crate) name: String,
    /// The last names of the events' types.
    pub(crate) events: Vec<String>,
}

impl Lock {
    /// Reports what cannot be read of the lock, and asks rustc whether the machine still reads
    /// every event in it.
    pub(crate) fn compare_machine(
        &self,
        machine: &StoredMachine<'_>,
        diagnostics: &mut Diagnostics,
    ) -> TokenStream {
        let owner = machine.owner;
        match self.problem() {
            Some(Problem::File(problem)) => {
                diagnostics.push(errors::unreadable_file(owner, problem));
            }
            Some(Problem::Line { number, text }) => {
                diagnostics.push(errors::unreadable_line(owner, *number, text));
            }
            None => {}
        }
        let krate = scope::code();
        let table = quote!(<#owner as #krate::Machine>::MACHINE);
        let mut questions = self.tracked();
        if machine.events.len() > 1 {
            let distinct = quote!(#table.has_distinct_events());
            questions.extend(errors::one_name_for_two(owner).unless(&distinct));
        }
        let mut newest: Vec<(usize, &str, u32)> = Vec::new();
        for (number, line) in self.lines_of(&machine.name) {
            let (event, version) = (line.event.as_str(), line.version);
            let mut before = self.lines_of(&machine.name);
            let twice = before.find(|(_, other)| other.event == event && other.version == version);
            if let Some((first, _)) = twice.filter(|(first, _)| *first < number) {
                diagnostics.push(errors::locked_twice(owner, line, [first, number]));
            }
            match newest.iter_mut().find(|(_, known, _)| *known == event) {
                Some((_, _, known)) => *known = version.max(*known),
                None => newest.push((number, event, version)),
            }
        }
        let new =
            machine.events.iter().filter(|name| !newest.iter().any(|(_, event, _)| event == name));
        let new: Vec<&String> = new.collect();
        for (_, event, version) in &newest {
            let known = quote!(#table.version_of(#event));
            let meant = names::nearest(event, new.iter().copied()).or(match new.as_slice() {
                [only] => Some(only.as_str()),
                _ => None,
            });
            let missing = errors::missing_event(machine, event, meant);
            questions.extend(missing.unless(&quote!(#known != 0)));
            if *version > 1 {
                let older = errors::older_version(machine, event, *version);
                questions.extend(older.unless(&quote!(#known == 0 || #known >= #version)));
            }
        }
        questions
    }
}
