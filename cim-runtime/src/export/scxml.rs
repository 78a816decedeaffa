//! SCXML: state charts as XML. Source: <https://www.w3.org/TR/scxml/>.

use std::fmt::Write as _;

use crate::machine::{MachineTable, RegionRow, StateRow};

/// Where a machine stands in the document.
struct Place<'a> {
    indent: &'a str,
    /// Before the ids of its states: a document has one namespace.
    prefix: &'a str,
    /// What an XML attribute says about when its commands are taken.
    condition: &'a str,
}

impl MachineTable {
    /// An SCXML document: commands are its events, our events are raised. Regions are parallel
    /// states. Rows that are only replayed are not behaviour and are left out.
    pub fn to_scxml(&self) -> String {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let initial = match self.regions {
            [] => self.initial_name(),
            _ => "regions",
        };
        let _ = writeln!(
            text,
            "<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\" name=\"{}\" initial=\"{initial}\">",
            self.name
        );
        if self.regions.is_empty() {
            self.push_states(&mut text, &Place { indent: "  ", prefix: "", condition: "" });
        } else {
            text.push_str("  <parallel id=\"regions\">\n");
            self.push_part(&mut text, self.name, "", "");
            for region in self.regions {
                let (name, condition) = (region.name, open_in(region));
                region.machine.push_part(&mut text, name, &format!("{name}."), &condition);
            }
            text.push_str("  </parallel>\n");
        }
        text.push_str("</scxml>\n");
        text
    }

    fn initial_name(&self) -> &'static str {
        self.states.iter().find(|state| state.initial).map_or("", |state| state.name)
    }

    /// One of the machines of a document that has several.
    fn push_part(&self, text: &mut String, name: &str, prefix: &str, condition: &str) {
        let initial = self.initial_name();
        let _ = writeln!(text, "    <state id=\"{name}\" initial=\"{prefix}{initial}\">");
        self.push_states(text, &Place { indent: "      ", prefix, condition });
        text.push_str("    </state>\n");
    }

    fn push_states(&self, text: &mut String, place: &Place<'_>) {
        for state in self.states {
            self.push_state(text, state, place);
        }
    }

    fn push_state(&self, text: &mut String, state: &StateRow, place: &Place<'_>) {
        let Place { indent, prefix, condition } = place;
        if state.terminal {
            let _ = writeln!(text, "{indent}<final id=\"{prefix}{}\"/>", state.name);
            return;
        }
        let _ = writeln!(text, "{indent}<state id=\"{prefix}{}\">", state.name);
        for row in self.transitions.iter().filter(|row| row.from == state.name) {
            if let Some(command) = row.command {
                let _ = writeln!(
                    text,
                    "{indent}  <transition event=\"{command}\" target=\"{prefix}{}\"{condition}><raise event=\"{}\"/></transition>",
                    row.ends, row.event
                );
            }
        }
        let _ = writeln!(text, "{indent}</state>");
    }
}

/// In which states of its owner a region takes commands.
fn open_in(region: &RegionRow) -> String {
    let states = region.open_in.iter().map(|state| format!("In('{state}')"));
    format!(" cond=\"{}\"", states.collect::<Vec<_>>().join(" || "))
}
