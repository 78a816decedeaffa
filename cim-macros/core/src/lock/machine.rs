//! A machine, compared with the lines of its events: what is gone, only it can see.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::file::Problem;
use super::line::Line;
use super::{Lock, errors};
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::scope;

/// A machine, and what its events are called.
pub(crate) struct StoredMachine<'a> {
    pub(crate) owner: &'a syn::Path,
    pub(crate) name: String,
    /// The events' types, each with its last name.
    pub(crate) events: Vec<(&'a syn::Path, String)>,
}

impl Lock {
    /// Reports what cannot be read of the lock, and asks rustc whether the machine still reads
    /// every event in it.
    pub(crate) fn compare_machine(
        &self,
        machine: &StoredMachine<'_>,
        diagnostics: &mut Diagnostics,
    ) -> TokenStream {
        self.report_problem(machine, diagnostics);
        self.no_version_twice(machine, diagnostics);
        let tracked = self.tracked();
        if self.lines_of(&machine.name).next().is_none() {
            return tracked;
        }
        let (krate, owner) = (scope::code(), machine.owner);
        let rows = machine
            .events
            .iter()
            .map(|(path, _)| quote_spanned!(path.span()=> <#path as #krate::EventOf<#owner>>::ROW));
        let distinct =
            errors::one_name_for_two(owner).unless(&quote!(#krate::EventRow::are_distinct(EVENTS)));
        let kept = self.no_event_gone(machine);
        quote! {
            #tracked
            const EVENTS: &[#krate::EventRow] = &[#(#rows),*];
            #distinct
            #kept
        }
    }

    // Of all items that look into the lock, a machine is the rarest.
    fn report_problem(&self, machine: &StoredMachine<'_>, diagnostics: &mut Diagnostics) {
        match self.problem() {
            Some(Problem::File(problem)) => {
                diagnostics.push(errors::unreadable_file(machine.owner, problem));
            }
            Some(Problem::Line { number, text }) => {
                diagnostics.push(errors::unreadable_line(machine.owner, *number, text));
            }
            None => {}
        }
    }

    // A merge that joins the lines of two branches need not be a conflict to git.
    fn no_version_twice(&self, machine: &StoredMachine<'_>, diagnostics: &mut Diagnostics) {
        let lines: Vec<_> = self.lines_of(&machine.name).collect();
        for (index, (second, line)) in lines.iter().enumerate() {
            let mut before = lines[..index].iter();
            let is_same = |other: &Line| other.event == line.event && other.version == line.version;
            if let Some((first, _)) = before.find(|(_, other)| is_same(other)) {
                diagnostics.push(errors::locked_twice(machine.owner, line, [*first, *second]));
            }
        }
    }

    // An event that nobody reads would make its streams unreadable.
    fn no_event_gone(&self, machine: &StoredMachine<'_>) -> TokenStream {
        let krate = scope::code();
        let mut newest: Vec<(&str, u32)> = Vec::new();
        for (_, line) in self.lines_of(&machine.name) {
            match newest.iter_mut().find(|(event, _)| *event == line.event) {
                Some((_, version)) => *version = line.version.max(*version),
                None => newest.push((&line.event, line.version)),
            }
        }
        let is_new = |name: &&String| !newest.iter().any(|(event, _)| event == name);
        let new: Vec<&String> =
            machine.events.iter().map(|(_, name)| name).filter(is_new).collect();
        let mut questions = TokenStream::new();
        for (event, version) in &newest {
            let known = quote!(#krate::EventRow::newest(EVENTS, #event));
            // What is new may be what is gone, under another name.
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
