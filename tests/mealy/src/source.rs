//! A table as the module that an author would write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::table::Table;

/// The source of a module with the aggregate `Automaton`: state `S3`, the command `I2` for an input,
/// and the event `I2O1` for it with its output, since an event has one target in each state.
pub fn module(name: &str, table: &Table) -> String {
    let mut source = format!(
        "pub mod {name} {{
            use cim_runtime::prelude::*;
            #[derive(DomainId)] pub struct AutomatonId(u64);
            #[aggregate(domain = \"mealy\", id = AutomatonId)] #[derive(Default)]
            pub struct Automaton {{}}\n"
    );
    let inputs = table.answers.first().map_or(0, Vec::len);
    for input in inputs_of(table) {
        let _ = writeln!(source, "#[command(Automaton)] pub struct I{input};");
    }
    for (input, output) in table.pairs() {
        let _ = writeln!(source, "#[event(Automaton)] pub struct I{input}O{output};");
    }
    let _ = writeln!(source, "#[state_machine({})] impl Automaton {{", header(table));
    for (input, output) in table.pairs() {
        let _ = writeln!(
            source,
            "{} fn i{input}o{output}(&self, _: I{input}) -> I{input}O{output} {{ I{input}O{output} }}",
            transitions(table, input, output)
        );
    }
    source.push_str("}\n");
    let command = |input| match inputs_of(table).contains(&input) {
        true => format!("Some(AutomatonCommand::I{input}(I{input}))"),
        false => "None".to_owned(),
    };
    let commands: Vec<_> = (0..inputs).map(command).collect();
    let _ = writeln!(
        source,
        "pub const INPUTS: &[Option<AutomatonCommand>] = &[{}]; }}",
        commands.join(", ")
    );
    source
}

/// The inputs that some state takes: a command that nothing handles does not compile.
fn inputs_of(table: &Table) -> Vec<usize> {
    let mut inputs: Vec<_> = table.pairs().into_iter().map(|(input, _)| input).collect();
    inputs.dedup();
    inputs
}

fn header(table: &Table) -> String {
    let states = (0..table.answers.len()).map(|state| match state {
        0 => "initial S0".to_owned(),
        _ if state < table.lasting => format!("S{state}"),
        _ => format!("terminal S{state}"),
    });
    states.collect::<Vec<_>>().join(", ")
}

/// One attribute for each target, from all states that lead there.
fn transitions(table: &Table, input: usize, output: usize) -> String {
    let mut sources: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (state, of, answer) in table.rows() {
        if (of, answer.output) == (input, output) {
            sources.entry(answer.target).or_default().push(format!("S{state}"));
        }
    }
    let attribute = |(target, sources): (&usize, &Vec<String>)| {
        format!("#[transition({} -> S{target})]", sources.join(" | "))
    };
    sources.iter().map(attribute).collect::<Vec<_>>().join(" ")
}
