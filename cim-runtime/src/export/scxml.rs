//! SCXML: state charts as XML. Source: <https://www.w3.org/TR/scxml/>.

use std::fmt::Write as _;

use super::{Commit, commits};
use crate::machine::{MachineTable, RegionRow, StateRow};

/// Where a machine stands in the document.
struct Place<'a> {
    indent: &'a str,
    /// Before the ids of its states: a document has one namespace.
    prefix: &'a str,
    /// When its commands are taken, if not always.
    condition: Option<&'a str>,
}

impl MachineTable {
    /// An SCXML document: commands are its events, our events are raised, all of a commit in their
    /// order. Which of several events a command comes to is said by the data it is sent with: the
    /// event's name. Regions are parallel states. Rows that are only replayed are not behaviour and
    /// are left out.
    pub fn to_scxml(&self) -> String {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let initial = match self.regions {
            [] => self.initial_name(),
            _ => "regions",
        };
        let _ = writeln!(
            text,
            "<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\" datamodel=\"ecmascript\" name=\"{}\" initial=\"{initial}\">",
            self.name
        );
        if self.regions.is_empty() {
            self.push_states(&mut text, &Place { indent: "  ", prefix: "", condition: None });
        } else {
            text.push_str("  <parallel id=\"regions\">\n");
            self.push_part(&mut text, self.name, "", None);
            for region in self.regions {
                let (name, condition) = (region.name, open_in(region));
                region.machine.push_part(&mut text, name, &format!("{name}."), Some(&condition));
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
    fn push_part(&self, text: &mut String, name: &str, prefix: &str, condition: Option<&str>) {
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
        for Commit { row, events, is_alternative } in commits(self, state.name) {
            let Some(command) = row.command else { continue };
            let event = is_alternative.then(|| format!("_event.data == '{}'", row.event));
            let condition = match (condition, event) {
                (Some(open), Some(event)) => Some(format!("({open}) && {event}")),
                (open, event) => event.or(open.map(str::to_owned)),
            };
            let condition =
                condition.map(|text| format!(" cond=\"{}\"", text.replace('&', "&amp;")));
            let raised = events.iter().map(|event| format!("<raise event=\"{event}\"/>"));
            let _ = writeln!(
                text,
                "{indent}  <transition event=\"{command}\" target=\"{prefix}{}\"{}>{}</transition>",
                row.ends,
                condition.unwrap_or_default(),
                raised.collect::<String>(),
            );
        }
        let _ = writeln!(text, "{indent}</state>");
    }
}

/// In which states of its owner a region takes commands.
fn open_in(region: &RegionRow) -> String {
    let states = region.open_in.iter().map(|state| format!("In('{state}')"));
    states.collect::<Vec<_>>().join(" || ")
}
