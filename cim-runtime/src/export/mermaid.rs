//! Mermaid: diagrams in Markdown. Source: <https://mermaid.js.org/syntax/stateDiagram.html>.

use std::fmt::Write as _;

use super::label;
use crate::machine::MachineTable;

impl MachineTable {
    /// A Mermaid state diagram.
    pub fn to_mermaid(&self) -> String {
        let mut text = "stateDiagram-v2\n".to_owned();
        for state in self.states.iter().filter(|state| state.initial) {
            let _ = writeln!(text, "    [*] --> {}", state.name);
        }
        for row in self.transitions {
            let _ = writeln!(text, "    {} --> {}: {}", row.from, row.to, label(row));
        }
        for state in self.states.iter().filter(|state| state.terminal) {
            let _ = writeln!(text, "    {} --> [*]", state.name);
        }
        text
    }
}
