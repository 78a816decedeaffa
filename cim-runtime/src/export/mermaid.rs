//! Mermaid: diagrams in Markdown. Source: <https://mermaid.js.org/syntax/stateDiagram.html>.

use std::fmt::Write as _;

use super::label;
use crate::machine::MachineTable;

impl MachineTable {
    /// A Mermaid state diagram; regions stand beside each other, divided by lines.
    pub fn to_mermaid(&self) -> String {
        let mut text = "stateDiagram-v2\n".to_owned();
        if self.regions.is_empty() {
            self.push_mermaid(&mut text, "    ", "");
            return text;
        }
        let _ = writeln!(text, "    state {} {{", self.name);
        self.push_mermaid(&mut text, "        ", "");
        for region in self.regions {
            text.push_str("        --\n");
            // Mermaid's states have one namespace.
            let prefix = format!("{}_", region.name);
            for state in region.machine.states {
                let _ = writeln!(text, "        {prefix}{}: {}", state.name, state.name);
            }
            region.machine.push_mermaid(&mut text, "        ", &prefix);
        }
        text.push_str("    }\n");
        text
    }

    fn push_mermaid(&self, text: &mut String, indent: &str, prefix: &str) {
        for state in self.states.iter().filter(|state| state.initial) {
            let _ = writeln!(text, "{indent}[*] --> {prefix}{}", state.name);
        }
        for row in self.transitions {
            let (from, to, label) = (row.from, row.to, label(row));
            let _ = writeln!(text, "{indent}{prefix}{from} --> {prefix}{to}: {label}");
        }
        for state in self.states.iter().filter(|state| state.terminal) {
            let _ = writeln!(text, "{indent}{prefix}{} --> [*]", state.name);
        }
    }
}
