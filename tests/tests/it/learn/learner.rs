//! Learns a Mealy machine from its answers alone, as L* does: states are told apart by what follows.

/// A word of inputs, each by its number.
pub(super) type Word = Vec<usize>;

/// What was learned: for each state and input, the output and the next state. State 0 is the first.
pub(super) type Learned = Vec<Vec<(String, usize)>>;

/// Learns the machine that answers a word, from its first state, with an output for each input.
pub(super) fn learn(inputs: usize, ask: &mut dyn FnMut(&[usize]) -> Vec<String>) -> Learned {
    let mut tails: Vec<Word> = (0..inputs).map(|input| vec![input]).collect();
    loop {
        let learned = hypothesis(inputs, &tails, ask);
        let Some(word) = counterexample(&learned, inputs, ask) else { return learned };
        // One of its tails tells two states apart that were taken for one.
        let more = (0..word.len()).map(|start| word[start..].to_vec());
        tails.extend(more.filter(|tail| !tails.contains(tail)).collect::<Vec<_>>());
    }
}

/// The machine whose states differ in their answers to one of the tails.
fn hypothesis(
    inputs: usize,
    tails: &[Word],
    ask: &mut dyn FnMut(&[usize]) -> Vec<String>,
) -> Learned {
    let mut row = |word: &[usize]| -> Vec<Vec<String>> {
        let after = |tail: &Word| ask(&[word, tail].concat()).split_off(word.len());
        tails.iter().map(after).collect()
    };
    let mut ways: Vec<Word> = vec![vec![]];
    let mut rows = vec![row(&[])];
    let mut learned = Learned::new();
    while let Some(way) = ways.get(learned.len()).cloned() {
        let mut answers = Vec::new();
        for input in 0..inputs {
            let word = [way.as_slice(), &[input]].concat();
            // The first tails are the inputs, each alone.
            let output = rows[learned.len()][input][0].clone();
            let next = row(&word);
            let target = rows.iter().position(|known| *known == next).unwrap_or_else(|| {
                ways.push(word);
                rows.push(next);
                rows.len() - 1
            });
            answers.push((output, target));
        }
        learned.push(answers);
    }
    learned
}

/// A word to which the machine answers otherwise, of some hundreds that are tried.
fn counterexample(
    learned: &Learned,
    inputs: usize,
    ask: &mut dyn FnMut(&[usize]) -> Vec<String>,
) -> Option<Word> {
    let mut chance = 1_u64;
    let mut draw = || {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (chance >> 33) as usize
    };
    (0..300).map(|_| (0..12).map(|_| draw() % inputs).collect::<Word>()).find_map(|word| {
        let mut state = 0;
        let expected = word.iter().map(|&input| {
            let (output, next) = &learned[state][input];
            state = *next;
            output.clone()
        });
        let expected: Vec<_> = expected.collect();
        let wrong =
            ask(&word).iter().zip(&expected).position(|(found, expected)| found != expected);
        wrong.map(|wrong| word[..=wrong].to_vec())
    })
}
