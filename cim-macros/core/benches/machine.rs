//! How long the compiler takes for a machine of 60 states and 720 transitions.
//!
//! `cargo bench -p cim-macros-core --profile dev` measures it as a debug build runs it, where macros
//! are not optimised.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cim_macros_core::state_machine;
use proc_macro2::TokenStream;

const STATES: usize = 60;
const INPUTS: usize = 12;
const ROUNDS: usize = 9;

/// In every state, every input leads somewhere else; of each input and target there is one event.
fn source() -> (String, String) {
    let states: Vec<_> = (1..STATES).map(|state| format!("S{state}")).collect();
    let mut methods = String::new();
    for input in 0..INPUTS {
        for output in 0..5 {
            for state in (output..STATES).step_by(5) {
                let target = (state * 7 + input + 1) % STATES;
                let _ = write!(methods, "#[transition(S{state} -> S{target})] ");
            }
            let _ = write!(
                methods,
                "fn i{input}o{output}(&self, _: I{input}) -> I{input}O{output} {{ I{input}O{output} }} "
            );
        }
    }
    (format!("initial S0, {}", states.join(", ")), format!("impl Automaton {{ {methods} }}"))
}

fn main() -> Result<(), proc_macro2::LexError> {
    let (header, item) = source();
    let (header, item): (TokenStream, TokenStream) = (header.parse()?, item.parse()?);
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let (header, item) = (header.clone(), item.clone());
            let start = Instant::now();
            black_box(state_machine(header, item));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let expansion = state_machine(header, item).to_string();
    assert!(!expansion.contains("compile_error"), "the machine is sound: {expansion}");
    println!("{} transitions: {:?} (median of {ROUNDS})", STATES * INPUTS, times[ROUNDS / 2]);
    Ok(())
}
