//! DOT: diagrams by Graphviz. Source: <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write as _;

use super::label;
use crate::machine::MachineTable;

impl MachineTable {
    /// A Graphviz digraph.
    pub fn to_dot(&self) -> String {
        let mut text = format!("digraph \"{}\" {{\n    rankdir=LR;\n", self.name);
        text.push_str("    \"\" [shape=point];\n");
        for state in self.states {
            let shape = if state.terminal { "doublecircle" } else { "ellipse" };
            let _ = writeln!(text, "    \"{}\" [shape={shape}];", state.name);
            if state.initial {
                let _ = writeln!(text, "    \"\" -> \"{}\";", state.name);
            }
        }
        for row in self.transitions {
            let _ = writeln!(
                text,
                "    \"{}\" -> \"{}\" [label=\"{}\"];",
                row.from,
                row.to,
                label(row)
            );
        }
        text.push_str("}\n");
        text
    }
}
