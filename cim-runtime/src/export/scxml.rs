//! SCXML: state charts as XML. Source: <https://www.w3.org/TR/scxml/>.

use std::fmt::Write as _;

use crate::machine::{MachineTable, StateRow};

impl MachineTable {
    /// An SCXML document: commands are its events, our events are raised. Rows that are only
    /// replayed are not behaviour and are left out.
    pub fn to_scxml(&self) -> String {
        let initial = self.states.iter().find(|state| state.initial).map_or("", |state| state.name);
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let _ = writeln!(
            text,
            "<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\" name=\"{}\" initial=\"{initial}\">",
            self.name
        );
        for state in self.states {
            self.push_state(&mut text, state);
        }
        text.push_str("</scxml>\n");
        text
    }

    fn push_state(&self, text: &mut String, state: &StateRow) {
        if state.terminal {
            let _ = writeln!(text, "  <final id=\"{}\"/>", state.name);
            return;
        }
        let _ = writeln!(text, "  <state id=\"{}\">", state.name);
        for row in self.transitions.iter().filter(|row| row.from == state.name) {
            if let Some(command) = row.command {
                let _ = writeln!(
                    text,
                    "    <transition event=\"{command}\" target=\"{}\"><raise event=\"{}\"/></transition>",
                    row.ends, row.event
                );
            }
        }
        text.push_str("  </state>\n");
    }
}
