//! A Mealy machine as a table.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// The measures of a machine.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Its states; the first is the initial one.
    pub states: usize,
    /// How many of them, the last ones, are terminal.
    pub terminal: usize,
    /// Its inputs.
    pub inputs: usize,
    /// Its outputs.
    pub outputs: usize,
    /// How many of a hundred pairs of a state and an input have an answer.
    pub percent: u32,
}

const fn size(states: usize, terminal: usize, inputs: usize, outputs: usize, percent: u32) -> Size {
    Size { states, terminal, inputs, outputs, percent }
}

/// The machines that are made: the place in the list is the seed.
pub const SIZES: &[Size] = &[
    size(1, 0, 1, 1, 100),
    size(2, 1, 1, 1, 100),
    size(2, 0, 2, 2, 100),
    size(3, 1, 40, 3, 50),
    size(6, 1, 3, 2, 60),
    size(10, 2, 6, 3, 30),
    size(20, 0, 10, 2, 100),
    size(30, 3, 8, 4, 50),
    size(60, 0, 2, 2, 70),
    size(60, 6, 12, 2, 60),
    size(60, 1, 12, 3, 99),
    size(60, 0, 12, 5, 97),
    // More states than anybody draws.
    size(300, 5, 6, 2, 35),
];

/// What a machine answers to an input, and where that leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The number of the output.
    pub output: usize,
    /// The number of the state.
    pub target: usize,
}

/// What a machine answers in each state to each input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How many states are not terminal: the first ones.
    pub lasting: usize,
    /// By state and input; `None` where the state does not take the input.
    pub answers: Vec<Vec<Option<Answer>>>,
}

impl Table {
    /// The machine of this size and seed. Every state can be reached, and every state that is not
    /// terminal takes an input: a machine without that does not compile.
    pub fn new(size: Size, seed: u64) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let lasting = size.states - size.terminal;
        let mut answers = vec![vec![None; size.inputs]; size.states];
        for target in 1..size.states {
            let (from, input) = free_place(&answers[..lasting.min(target)], &mut chance);
            answers[from][input] =
                Some(Answer { output: chance.random_range(0..size.outputs), target });
        }
        for state in &mut answers[..lasting] {
            let forced = chance.random_range(0..size.inputs);
            let is_idle = state.iter().all(Option::is_none);
            for (input, answer) in state.iter_mut().enumerate() {
                let taken = chance.random_range(0..100) < size.percent;
                let some = Answer {
                    output: chance.random_range(0..size.outputs),
                    target: chance.random_range(0..size.states),
                };
                if answer.is_none() && (taken || (is_idle && input == forced)) {
                    *answer = Some(some);
                }
            }
        }
        Self { lasting, answers }
    }

    /// Every pair of an input and an output that the machine has, in order.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        let all = self.rows().map(|(_, input, answer)| (input, answer.output));
        let mut pairs: Vec<_> = all.collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Every state and input with an answer.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize, Answer)> {
        self.answers.iter().enumerate().flat_map(|(state, answers)| {
            let answers = answers.iter().enumerate();
            answers.filter_map(move |(input, answer)| Some((state, input, (*answer)?)))
        })
    }
}

/// A state and an input without an answer.
fn free_place(states: &[Vec<Option<Answer>>], chance: &mut ChaCha8Rng) -> (usize, usize) {
    let free = |(state, answers): (usize, &Vec<Option<Answer>>)| {
        let inputs = (0..answers.len()).filter(|&input| answers[input].is_none());
        inputs.map(|input| (state, input)).collect::<Vec<_>>()
    };
    let free: Vec<_> = states.iter().enumerate().flat_map(free).collect();
    free[chance.random_range(0..free.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_have_sixty_states_and_seven_hundred_answers() {
        let tables = (0..).zip(SIZES).map(|(seed, &size)| Table::new(size, seed));
        let counts = tables.map(|table| (table.answers.len(), table.rows().count()));
        let counts: Vec<_> = counts.collect();
        assert!(counts.contains(&(60, 704)), "{counts:?}");
        assert_eq!(counts.last(), Some(&(300, 911)), "{counts:?}");
    }
}
