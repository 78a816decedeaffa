//! XState: machines for JavaScript. Source: <https://stately.ai/docs/machines>, version 5.

use std::fmt::Write as _;

use crate::machine::{MachineTable, StateRow};

impl MachineTable {
    /// The configuration of an XState v5 machine, as JSON: `createMachine(config)` takes it.
    /// Commands are its events, our events its actions.
    pub fn to_xstate(&self) -> String {
        let initial = self.states.iter().find(|state| state.initial).map_or("", |state| state.name);
        let states: Vec<String> = self.states.iter().map(|state| self.state(state)).collect();
        // Names are Rust identifiers: nothing in them needs an escape.
        format!(
            "{{\n  \"id\": \"{}\",\n  \"initial\": \"{initial}\",\n  \"states\": {{\n{}\n  }}\n}}\n",
            self.name,
            states.join(",\n")
        )
    }

    fn state(&self, state: &StateRow) -> String {
        if state.terminal {
            return format!("    \"{}\": {{ \"type\": \"final\" }}", state.name);
        }
        let commands = self.allowed(state.name);
        let on: Vec<String> = commands.iter().map(|command| self.on(state.name, command)).collect();
        format!(
            "    \"{}\": {{\n      \"on\": {{\n{}\n      }}\n    }}",
            state.name,
            on.join(",\n")
        )
    }

    /// Where a command leads; to several states when its events do, each with a guard named for
    /// its event.
    fn on(&self, from: &str, command: &str) -> String {
        let rows = self.transitions.iter();
        let rows: Vec<_> =
            rows.filter(|row| row.from == from && row.command == Some(command)).collect();
        let targets: Vec<String> = rows
            .iter()
            .map(|row| {
                let mut target = format!("{{ \"target\": \"{}\", ", row.ends);
                if rows.len() > 1 {
                    let _ = write!(target, "\"guard\": \"{}\", ", row.event);
                }
                let _ = write!(target, "\"actions\": [\"{}\"] }}", row.event);
                target
            })
            .collect();
        match targets.as_slice() {
            [target] => format!("        \"{command}\": {target}"),
            targets => format!("        \"{command}\": [{}]", targets.join(", ")),
        }
    }
}
