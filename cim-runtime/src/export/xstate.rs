//! XState: machines for JavaScript. Source: <https://stately.ai/docs/machines>, version 5.

use std::fmt::Write as _;

use super::{Commit, commits};
use crate::machine::{MachineTable, StateRow};

/// Where a machine stands in the configuration.
struct Place<'a> {
    indent: &'a str,
    /// The guard of all its transitions, if there is one.
    guard: Option<String>,
}

impl MachineTable {
    /// The configuration of an XState v5 machine, as JSON: `createMachine(config)` takes it.
    /// Commands are its events, our events its actions, all of a commit in their order. Of several
    /// that a command may come to, each is guarded by its event's name. Regions are parallel states,
    /// their transitions guarded by `in <the owner's states>`.
    pub fn to_xstate(&self) -> String {
        // Names are Rust identifiers: nothing in them needs an escape.
        let id = self.name;
        if self.regions.is_empty() {
            let body = self.body(&Place { indent: "  ", guard: None });
            return format!("{{\n  \"id\": \"{id}\",\n{body}\n}}\n");
        }
        let own = self.body(&Place { indent: "      ", guard: None });
        let mut parts = vec![format!("    \"{id}\": {{\n{own}\n    }}")];
        for region in self.regions {
            let guard = Some(format!("in {}", region.open_in.join(" | ")));
            let body = region.machine.body(&Place { indent: "      ", guard });
            parts.push(format!("    \"{}\": {{\n{body}\n    }}", region.name));
        }
        let parts = parts.join(",\n");
        format!(
            "{{\n  \"id\": \"{id}\",\n  \"type\": \"parallel\",\n  \"states\": {{\n{parts}\n  }}\n}}\n"
        )
    }

    fn body(&self, place: &Place<'_>) -> String {
        let indent = place.indent;
        let initial = self.states.iter().find(|state| state.initial).map_or("", |state| state.name);
        let states: Vec<String> =
            self.states.iter().map(|state| self.state(state, place)).collect();
        let states = states.join(",\n");
        format!("{indent}\"initial\": \"{initial}\",\n{indent}\"states\": {{\n{states}\n{indent}}}")
    }

    fn state(&self, state: &StateRow, place: &Place<'_>) -> String {
        let (indent, name) = (place.indent, state.name);
        if state.terminal {
            return format!("{indent}  \"{name}\": {{ \"type\": \"final\" }}");
        }
        let on: Vec<String> =
            state.takes.iter().map(|command| self.on(name, command, place)).collect();
        let on = on.join(",\n");
        format!(
            "{indent}  \"{name}\": {{\n{indent}    \"on\": {{\n{on}\n{indent}    }}\n{indent}  }}"
        )
    }

    /// Where a command leads; to several states when its events do, each with a guard named for
    /// its event.
    fn on(&self, from: &str, command: &str, place: &Place<'_>) -> String {
        let commits = commits(self, from).into_iter();
        let targets: Vec<String> = commits
            .filter(|commit| commit.row.command == Some(command))
            .map(|Commit { row, events, is_alternative }| {
                let mut target = format!("{{ \"target\": \"{}\", ", row.ends);
                let event = is_alternative.then(|| row.event.to_owned());
                let guards: Vec<String> = place.guard.clone().into_iter().chain(event).collect();
                if !guards.is_empty() {
                    let _ = write!(target, "\"guard\": \"{}\", ", guards.join(", "));
                }
                let _ = write!(target, "\"actions\": [\"{}\"] }}", events.join("\", \""));
                target
            })
            .collect();
        let indent = place.indent;
        match targets.as_slice() {
            [target] => format!("{indent}      \"{command}\": {target}"),
            targets => format!("{indent}      \"{command}\": [{}]", targets.join(", ")),
        }
    }
}
