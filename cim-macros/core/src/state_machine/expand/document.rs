//! The machine in its own documentation: a table of its transitions, and a diagram.

use std::fmt::Write as _;

use super::super::model::{Model, Named, Row};

/// Markdown, which stands at the machine's `impl` in the documentation of the aggregate.
pub(super) fn document(model: &Model<'_>) -> String {
    let mut text = "# Lifecycle\n\n| from | command | event | to |\n|---|---|---|---|\n".to_owned();
    for row in &model.rows {
        let (from, event, to) = names(model, row);
        let (command, event) = (command(model, row).map(link).unwrap_or_default(), link(event));
        let _ = writeln!(text, "| {from} | {command} | {event} | {to} |");
    }
    for region in &model.regions {
        let open_in = region.open_in.iter().map(|&state| model.states[state].name.as_str());
        let open_in = open_in.collect::<Vec<_>>().join(", ");
        let (field, ty) = (region.field, crate::names::shown(region.ty));
        let _ = write!(text, "\nRegion `{field}`: [`{ty}`], open in {open_in}.\n");
    }
    text.push_str("\n```mermaid\nstateDiagram-v2\n");
    for state in model.states.iter().filter(|state| state.initial) {
        let _ = writeln!(text, "    [*] --> {}", state.name);
    }
    for row in &model.rows {
        let (from, event, to) = names(model, row);
        let command = command(model, row).map(|command| format!("{} ", command.name));
        let (command, event) = (command.unwrap_or_default(), &event.name);
        let _ = writeln!(text, "    {from} --> {to}: {command}/ {event}");
    }
    for state in model.states.iter().filter(|state| state.terminal) {
        let _ = writeln!(text, "    {} --> [*]", state.name);
    }
    text.push_str("```");
    text
}

fn names<'m>(model: &'m Model<'_>, row: &Row) -> (&'m str, &'m Named, &'m str) {
    (&model.states[row.from].name, &model.events[row.event], &model.states[row.to].name)
}

/// The command that brings the row's event about, if one does from there.
fn command<'m>(model: &'m Model<'_>, row: &Row) -> Option<&'m Named> {
    let method = row.method.filter(|_| !row.follows)?;
    Some(&model.commands[model.methods[method].command])
}

/// A link to the type, by the path that the author wrote: the last name alone may not be in scope.
fn link(Named { path, name }: &Named) -> String {
    if path.segments.len() == 1 {
        return format!("[`{name}`]");
    }
    let path = crate::names::shown(path).replace("r#", "");
    format!("[`{name}`]({path})")
}
