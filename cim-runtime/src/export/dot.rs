//! DOT: diagrams by Graphviz. Source: <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write as _;

use super::label;
use crate::machine::MachineTable;

impl MachineTable {
    /// A Graphviz digraph; each region is a cluster.
    pub fn to_dot(&self) -> String {
        let mut text = format!("digraph \"{}\" {{\n    rankdir=LR;\n", self.name);
        self.push_dot(&mut text, "    ", "");
        for region in self.regions {
            let name = region.name;
            let _ = writeln!(text, "    subgraph \"cluster_{name}\" {{\n        label=\"{name}\";");
            region.machine.push_dot(&mut text, "        ", &format!("{name}."));
            text.push_str("    }\n");
        }
        text.push_str("}\n");
        text
    }

    fn push_dot(&self, text: &mut String, indent: &str, prefix: &str) {
        let _ = writeln!(text, "{indent}\"{prefix}\" [shape=point];");
        for state in self.states {
            let name = state.name;
            let shape = if state.terminal { "doublecircle" } else { "ellipse" };
            // A node is known by its name, which in a region is not what it shows.
            let shown = match prefix {
                "" => String::new(),
                _ => format!(" label=\"{name}\""),
            };
            let _ = writeln!(text, "{indent}\"{prefix}{name}\" [shape={shape}{shown}];");
            if state.initial {
                let _ = writeln!(text, "{indent}\"{prefix}\" -> \"{prefix}{name}\";");
            }
        }
        for row in self.transitions {
            let (from, to, label) = (row.from, row.to, label(row));
            let _ = writeln!(
                text,
                "{indent}\"{prefix}{from}\" -> \"{prefix}{to}\" [label=\"{label}\"];"
            );
        }
    }
}
