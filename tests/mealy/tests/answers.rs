//! Compiled, each machine answers in each state to each input as its table does.

#![allow(missing_docs, reason = "a test has no public items")]
#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::VecDeque;

use cim_mealy::{Answer, SIZES, Table};
use cim_runtime::cbor::Decoder;
use cim_runtime::decision::Rejection;
use cim_runtime::event::EventSet as _;
use cim_runtime::machine::CommandSet as _;
use cim_runtime::prelude::*;

include!(concat!(env!("OUT_DIR"), "/machines.rs"));

/// The event with this name; none of them has fields.
fn event<A: Aggregate>((input, output): (usize, usize)) -> A::Event {
    const EMPTY_MAP: &[u8] = &[0xa0];
    let name = format!("I{input}O{output}");
    A::Event::decode(&name, 1, &mut Decoder::new(EMPTY_MAP)).unwrap().unwrap()
}

/// For each state, the pairs of inputs and outputs on a shortest way to it.
fn ways(table: &Table) -> Vec<Vec<(usize, usize)>> {
    let mut ways = vec![None; table.answers.len()];
    ways[0] = Some(Vec::new());
    let mut reached = VecDeque::from([0]);
    while let Some(from) = reached.pop_front() {
        for (_, input, answer) in table.rows().filter(|(state, ..)| *state == from) {
            if ways[answer.target].is_none() {
                let mut way: Vec<_> = ways[from].clone().unwrap();
                way.push((input, answer.output));
                ways[answer.target] = Some(way);
                reached.push_back(answer.target);
            }
        }
    }
    ways.into_iter().map(Option::unwrap).collect()
}

/// What the machine does with `command` in the state of `cx`: the names of the event and of the
/// state after it, as its table has them.
fn answer<A: Aggregate<Standing = <A as Machine>::State>>(
    cx: &Context<A>,
    command: A::Command,
) -> Option<(String, String)> {
    let events = match A::empty().decide(command, cx) {
        Err(Rejection::NotNow) => return None,
        decided => decided.unwrap(),
    };
    let [event] = events.as_slice() else { panic!("{events:?}") };
    let target = A::next(cx.state(), event).unwrap();
    Some((event.kind().name.to_owned(), target.name().to_owned()))
}

fn answers_as_its_table<A>(seed: u64, inputs: &[Option<A::Command>])
where
    A: Aggregate<Standing = <A as Machine>::State>,
{
    let table = Table::new(SIZES[seed as usize], seed);
    assert_eq!(A::MACHINE.transitions.len(), table.rows().count());
    let pairs = table.pairs();
    for (state, way) in ways(&table).into_iter().enumerate() {
        let way: Vec<A::Event> = way.into_iter().map(event::<A>).collect();
        let cx = A::given(way).context();
        assert_eq!(cx.state().name(), format!("S{state}"));
        for (input, command) in inputs.iter().enumerate() {
            let expected = table.answers[state][input].map(|Answer { output, target }| {
                (format!("I{input}O{output}"), format!("S{target}"))
            });
            let found = command.as_ref().and_then(|command| {
                assert_eq!(command.name(), format!("I{input}"));
                answer(&cx, command.clone())
            });
            assert_eq!(found, expected, "machine {seed} in S{state}, input I{input}");
            let is_allowed = cx.state().allowed().contains(&format!("I{input}").as_str());
            assert_eq!(is_allowed, expected.is_some());
        }
        for &(input, output) in &pairs {
            let answer = table.answers[state][input].filter(|answer| answer.output == output);
            let target = A::next(cx.state(), &event::<A>((input, output)));
            let expected = answer.map(|answer| A::State::ALL[answer.target]);
            assert_eq!(target, expected, "machine {seed} in S{state}, event I{input}O{output}");
        }
    }
}

macro_rules! machines {
    ($($machine:ident $seed:literal),*) => {
        $(
            #[test]
            fn $machine() {
                answers_as_its_table::<$machine::Automaton>($seed, $machine::INPUTS);
                $machine::Automaton::walks().cases(4).run();
            }
        )*

        #[test]
        fn every_machine_is_tested() {
            assert_eq!([$($seed),*].len(), SIZES.len());
        }
    };
}

machines! {
    machine_0 0, machine_1 1, machine_2 2, machine_3 3, machine_4 4, machine_5 5,
    machine_6 6, machine_7 7, machine_8 8, machine_9 9, machine_10 10, machine_11 11,
    machine_12 12
}
